using Praline.Text.Tokenizers.PreTokenizers;

namespace Praline.Text.Tokenizers.Loading;

/// <summary>Reads the <c>pre_tokenizer</c> of a <c>tokenizer.json</c>.</summary>
internal static class PreTokenizerReader
{
    private static readonly SplitPattern WordsAndSymbols = SplitPattern.Regex(@"\w+|[^\w\s]+", "the pattern of Whitespace");

    public static PreTokenizer? Read(JsonSection section)
    {
        if (section.IsNull)
        {
            return null;
        }

        switch (section["type"].OptionalString())
        {
            case "Sequence":
                return new SequencePreTokenizer([.. section["pretokenizers"].Items().Select(Read).OfType<PreTokenizer>()]);
            case "ByteLevel":
                return new ByteLevelPreTokenizer(section["add_prefix_space"].Bool(true), section["use_regex"].Bool(true));
            case "Split":
                return new SplitPreTokenizer(
                    SplitPattern.Read(section["pattern"]), Behavior(section["behavior"]), section["invert"].Bool(false));
            case "Metaspace":
                return new MetaspacePreTokenizer(MetaspaceSettings.Read(section));
            case "Whitespace":
                return new SplitPreTokenizer(WordsAndSymbols, SplitBehavior.Removed, invert: true);
            case "WhitespaceSplit":
                return new CharacterPreTokenizer(CharacterPreTokenizer.IsSpace, SplitBehavior.Removed);
            case "Punctuation":
                var behavior = section["behavior"] is { IsNull: false } given ? Behavior(given) : SplitBehavior.Isolated;
                return new CharacterPreTokenizer(CharacterPreTokenizer.IsPunctuation, behavior);
            case "Digits":
                return new CharacterPreTokenizer(
                    CharacterPreTokenizer.IsNumber,
                    section["individual_digits"].Bool(false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous);
            case "BertPreTokenizer":
                return new SequencePreTokenizer(
                [
                    new CharacterPreTokenizer(CharacterPreTokenizer.IsSpace, SplitBehavior.Removed),
                    new CharacterPreTokenizer(CharacterPreTokenizer.IsPunctuation, SplitBehavior.Isolated),
                ]);
            case "CharDelimiterSplit":
                var delimiter = section["delimiter"].String();
                return new CharacterPreTokenizer(rune => rune.ToString() == delimiter, SplitBehavior.Removed);
            default:
                throw Unknown.Type(
                    section,
                    "pre-tokenizer",
                    "Sequence, ByteLevel, Split, Metaspace, Whitespace, WhitespaceSplit, Punctuation, Digits, BertPreTokenizer, "
                    + "CharDelimiterSplit");
        }
    }

    private static SplitBehavior Behavior(JsonSection section) =>
        Enum.TryParse<SplitBehavior>(section.String(), out var behavior) && Enum.IsDefined(behavior)
            ? behavior
            : throw section.Expected($"one of {string.Join(", ", Enum.GetNames<SplitBehavior>())}");
}
