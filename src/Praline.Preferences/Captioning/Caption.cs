using Praline.Models.Generation;
using Praline.Text.Tokenizers;

namespace Praline.Preferences;

/// <summary>A caption that a model wrote.</summary>
/// <param name="Text">The text, without special tokens.</param>
/// <param name="Truncated">Whether it ended at the token limit instead of at its own end.</param>
public sealed record Caption(string Text, bool Truncated)
{
    internal static Caption Of(GeneratedAnswer answer, Tokenizer tokenizer) =>
        new(tokenizer.Decode(answer.ContentIds, skipSpecialTokens: true).Trim(), answer.Reason == FinishReason.MaxTokens);
}
