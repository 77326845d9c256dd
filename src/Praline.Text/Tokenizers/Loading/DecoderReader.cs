using Praline.Text.Tokenizers.Decoders;

namespace Praline.Text.Tokenizers.Loading;

/// <summary>Reads the <c>decoder</c> of a <c>tokenizer.json</c>.</summary>
internal static class DecoderReader
{
    public static Decoder? Read(JsonSection section)
    {
        if (section.IsNull)
        {
            return null;
        }

        switch (section["type"].OptionalString())
        {
            case "Sequence":
                return new SequenceDecoder([.. section["decoders"].Items().Select(Read).OfType<Decoder>()]);
            case "ByteLevel":
                return new ByteLevelDecoder();
            case "ByteFallback":
                return new ByteFallbackDecoder();
            case "Fuse":
                return new FuseDecoder();
            case "Replace":
                var pattern = SplitPattern.Read(section["pattern"]);
                var content = section["content"].String();
                return new MappingDecoder((token, _, _) => pattern.Replace(token, content));
            case "Strip":
                return Strip(section);
            case "BPEDecoder":
                var suffix = section["suffix"].OptionalString() ?? "</w>";
                return new MappingDecoder((token, index, count) => ReplaceAll(token, suffix, index == count - 1 ? "" : " "));
            case "WordPiece":
                return WordPiece(section["prefix"].OptionalString() ?? "##", section["cleanup"].Bool(true));
            case "Metaspace":
                return Metaspace(MetaspaceSettings.Read(section));
            default:
                throw Unknown.Type(
                    section,
                    "decoder",
                    "Sequence, ByteLevel, ByteFallback, Fuse, Replace, Strip, BPEDecoder, WordPiece, Metaspace");
        }
    }

    private static string ReplaceAll(string text, string from, string to) =>
        from.Length == 0 ? text : text.Replace(from, to, StringComparison.Ordinal);

    private static MappingDecoder Strip(JsonSection section)
    {
        var content = section["content"].String();
        if (content.EnumerateRunes().Count() != 1)
        {
            throw section["content"].Expected("one character");
        }

        var (start, stop) = (section["start"].Int(), section["stop"].Int());
        return new MappingDecoder((token, _, _) =>
        {
            for (var i = 0; i < start && token.StartsWith(content, StringComparison.Ordinal); i++)
            {
                token = token[content.Length..];
            }

            for (var i = 0; i < stop && token.EndsWith(content, StringComparison.Ordinal); i++)
            {
                token = token[..^content.Length];
            }

            return token;
        });
    }

    private static MappingDecoder WordPiece(string prefix, bool cleanUp) => new((token, index, _) =>
    {
        if (index > 0)
        {
            token = token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : " " + token;
        }

        // The reference's word-piece clean-up also knows "do not".
        return cleanUp ? TokenizationSpaces.CleanUp(token).Replace(" do not", " don't", StringComparison.Ordinal) : token;
    });

    private static MappingDecoder Metaspace(MetaspaceSettings settings) => new((token, index, _) =>
        index == 0 && settings.PrependsAnything
            ? token.Replace(settings.Replacement, "", StringComparison.Ordinal)
            : token.Replace(settings.Replacement, " ", StringComparison.Ordinal));
}
