using Praline.Models.Generation;
using Praline.Text.Tokenizers;

namespace Praline.Inference;

/// <summary>
/// The text of one answer from its tokens, given as soon as it is certain: no half characters, nothing of a stop string (what may be the beginning of one waits).
/// </summary>
/// <param name="tokenizer">What the tokens belong to.</param>
/// <param name="stops">Texts that end the answer and don't belong to it.</param>
internal sealed class AnswerText(Tokenizer tokenizer, IReadOnlyList<string> stops)
{
    private readonly StreamingDecoder _decoder = new(tokenizer);
    private string _held = "";
    private bool _stopped;

    /// <summary>Takes a token and gives the text that is certain now.</summary>
    internal string Add(GeneratedToken token)
    {
        var text = _held + (token.Finish == FinishReason.EndToken ? "" : _decoder.Add(token.TokenId));
        if (token.Finish is not null)
        {
            text += _decoder.Finish();
        }

        _held = "";
        if (_stopped)
        {
            return "";
        }

        var at = stops.Select(stop => text.IndexOf(stop, StringComparison.Ordinal)).Where(i => i >= 0).DefaultIfEmpty(-1).Min();
        if (at >= 0)
        {
            _stopped = true;
            return text[..at];
        }

        if (token.Finish is not null)
        {
            return text;
        }

        var held = stops.Select(stop => Overlap(text, stop)).DefaultIfEmpty(0).Max();
        _held = text[^held..];
        return text[..^held];
    }

    /// <summary>How much of the end of a text may be the beginning of a stop string.</summary>
    private static int Overlap(string text, string stop)
    {
        for (var length = Math.Min(text.Length, stop.Length - 1); length > 0; length--)
        {
            if (text.EndsWith(stop[..length], StringComparison.Ordinal))
            {
                return length;
            }
        }

        return 0;
    }
}
