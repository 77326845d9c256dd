using Praline.Models.Tokenizers.PreTokenizers;

namespace Praline.Models.Tokenizers.Loading;

/// <summary>Reads the <c>pre_tokenizer</c> of a <c>tokenizer.json</c>.</summary>
internal static class PreTokenizerReader
{
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
            default:
                throw Unknown.Type(section, "pre-tokenizer", "Sequence, ByteLevel, Split");
        }
    }

    private static SplitBehavior Behavior(JsonSection section) =>
        Enum.TryParse<SplitBehavior>(section.String(), out var behavior) && Enum.IsDefined(behavior)
            ? behavior
            : throw section.Expected($"one of {string.Join(", ", Enum.GetNames<SplitBehavior>())}");
}
