using System.Text.RegularExpressions;

namespace Praline.Preferences;

/// <summary>What makes an imagined response unfit to learn from, by its words alone.</summary>
public static partial class ResponseProblem
{
    /// <summary>So many words in a row of the criteria's are an echo: shorter runs occur in honest answers.</summary>
    private const int EchoedWords = 6;

    /// <summary>So many words that come so often are a loop.</summary>
    private const int LoopWords = 4;
    private const int LoopTimes = 3;

    /// <summary>The problem in words, or null when there is none.</summary>
    /// <param name="response">The response.</param>
    /// <param name="criteria">The criteria that it was to follow.</param>
    /// <param name="question">The question that it answers.</param>
    public static string? Of(Caption response, string criteria, string question)
    {
        var words = Words(response.Text);
        return words.Length == 0 ? "it is empty"
            : response.Truncated ? "it did not end within the token limit"
            : Loops(words) ? "it repeats itself"
            : words.SequenceEqual(Words(question)) ? "it repeats the question"
            : Refusal().IsMatch(response.Text) ? "it refuses"
            : Instruction().IsMatch(response.Text) || SharesRun(words, Words(criteria), EchoedWords) ? "it echoes the criteria"
            : null;
    }

    /// <summary>Whether two responses say the same, but for capitals and punctuation.</summary>
    public static bool AreEqual(string first, string second) => Words(first).SequenceEqual(Words(second));

    private static bool Loops(string[] words)
    {
        var runs = new Dictionary<string, int>();
        for (var i = 0; i + LoopWords <= words.Length; i++)
        {
            var run = string.Join(' ', words[i..(i + LoopWords)]);
            if ((runs[run] = runs.GetValueOrDefault(run) + 1) == LoopTimes)
            {
                return true;
            }
        }

        return false;
    }

    private static bool SharesRun(string[] words, string[] others, int length)
    {
        length = Math.Min(length, others.Length);
        var runs = Enumerable.Range(0, Math.Max(0, others.Length - length + 1)).Select(i => string.Join(' ', others[i..(i + length)])).ToHashSet();
        return length > 0 && Enumerable.Range(0, Math.Max(0, words.Length - length + 1)).Any(i => runs.Contains(string.Join(' ', words[i..(i + length)])));
    }

    private static string[] Words(string text) =>
        new string([.. text.ToLowerInvariant().Where(c => c is not ('\'' or '’')).Select(c => char.IsLetterOrDigit(c) ? c : ' ')])
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);

    // That a model can't tell something from an image is what many criteria ask for; that it can't help is not.
    [GeneratedRegex(
        @"\bas an? (?:ai|artificial intelligence|language model)\b|\b(?:can(?:['’]?t|not)|unable to|not able to|won['’]?t) (?:assist|help|comply|fulfil|participate|engage in)\b"
            + @"|\bagainst my (?:guidelines|programming|policy)\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex Refusal();

    [GeneratedRegex(
        @"\b(?:the|these|those|given|following) criteria\b|\bshould generate a response\b|^(?:here is|here's) a response\b|^(?:preferred|rejected) response\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex Instruction();
}
