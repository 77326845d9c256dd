using Praline.Text.Tokenizers.Normalizers;

namespace Praline.Text.Tokenizers.Loading;

/// <summary>Reads the <c>normalizer</c> of a <c>tokenizer.json</c>.</summary>
internal static class NormalizerReader
{
    public static Normalizer? Read(JsonSection section)
    {
        if (section.IsNull)
        {
            return null;
        }

        switch (section["type"].OptionalString())
        {
            case "Sequence":
                return new SequenceNormalizer([.. section["normalizers"].Items().Select(Read).OfType<Normalizer>()]);
            case "Prepend":
                return new PrependNormalizer(section["prepend"].String());
            case "Replace":
                return new ReplaceNormalizer(SplitPattern.Read(section["pattern"]), section["content"].String());
            case "Lowercase":
                return new MappingNormalizer(TextMappings.Lowercase);
            case "Strip":
                return new MappingNormalizer(TextMappings.Strip(
                    section["strip_left"].Bool(true), section["strip_right"].Bool(true)));
            case "NFC" or "NFD" or "NFKC" or "NFKD":
                var form = Enum.Parse<UnicodeForm>(section["type"].String(), ignoreCase: true);
                return new MappingNormalizer(text => UnicodeNormalizer.Normalize(text, form));
            case "StripAccents":
                return new MappingNormalizer(TextMappings.StripAccents);
            case "BertNormalizer":
                return Bert(section);
            case "Nmt":
                return new MappingNormalizer(TextMappings.Nmt);
            case "Precompiled":
                return Precompiled(section["precompiled_charsmap"]);
            case "ByteLevel":
                return new MappingNormalizer(TextMappings.ByteLevel);
            default:
                throw Unknown.Type(
                    section,
                    "normalizer",
                    "Sequence, Prepend, Replace, NFC, NFD, NFKC, NFKD, Lowercase, Strip, StripAccents, BertNormalizer, Nmt, Precompiled, ByteLevel");
        }
    }

    private static SequenceNormalizer Bert(JsonSection section)
    {
        var lowercase = section["lowercase"].Bool(true);
        var steps = new List<Normalizer>();
        void Add(bool wanted, Func<string, string> map) => steps.AddRange(wanted ? [new MappingNormalizer(map)] : []);
        Add(section["clean_text"].Bool(true), TextMappings.BertCleanText);
        Add(section["handle_chinese_chars"].Bool(true), TextMappings.BertSpaceChinese);
        Add(section["strip_accents"].Bool(lowercase), TextMappings.BertStripAccents);
        Add(lowercase, TextMappings.Lowercase);
        return new SequenceNormalizer(steps);
    }

    private static CharsMapNormalizer? Precompiled(JsonSection section)
    {
        var text = section.OptionalString() ?? "";
        if (text.Length == 0)
        {
            return null;
        }

        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length)
            ? new CharsMapNormalizer(CharsMap.Read(bytes.AsSpan(0, length), section.Where))
            : throw section.Expected("base64");
    }
}
