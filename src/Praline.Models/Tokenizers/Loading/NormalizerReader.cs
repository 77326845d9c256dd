using Praline.Models.Tokenizers.Normalizers;

namespace Praline.Models.Tokenizers.Loading;

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
            case "ByteLevel":
                return new MappingNormalizer(TextMappings.ByteLevel);
            default:
                throw Unknown.Type(section, "normalizer", "Sequence, Prepend, Replace, NFC, NFD, NFKC, NFKD, Lowercase, Strip, ByteLevel");
        }
    }
}
