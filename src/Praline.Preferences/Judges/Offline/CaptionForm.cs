using System.Text.RegularExpressions;

namespace Praline.Preferences;

/// <summary>What can be said of a caption's form without understanding it.</summary>
public static partial class CaptionForm
{
    /// <summary>Whether there is nothing to read.</summary>
    public static bool IsEmpty(string caption) => !caption.Any(char.IsLetterOrDigit);

    /// <summary>Whether it stops in the middle: it does not end with a sentence's end, a closing quote or bracket after one included.</summary>
    public static bool StopsShort(string caption) => !Ending().IsMatch(caption);

    /// <summary>
    /// The share of words that repeat an earlier run of four words (0: none). A captioner caught in a loop comes close to 1; good prose stays
    /// under 0.1.
    /// </summary>
    public static double Repetition(string caption)
    {
        var words = Word().Matches(caption.ToLowerInvariant()).Select(m => m.Value).ToArray();
        if (words.Length < 4)
        {
            return 0;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        var repeated = Enumerable.Range(0, words.Length - 3).Count(i => !seen.Add(string.Join(' ', words[i..(i + 4)])));
        return (double)repeated / (words.Length - 3);
    }

    /// <summary>How often it calls the video a picture: "this image", "the photo shows".</summary>
    public static int CallsItImage(string caption) => Image().Count(caption);

    /// <summary>How many words of opinion or praise it holds.</summary>
    public static int Opinions(string caption) => Opinion().Count(caption);

    [GeneratedRegex("""[.!?…。！？]["'”’)\]]*\s*$""")]
    private static partial Regex Ending();

    [GeneratedRegex(@"[\p{L}\p{N}']+")]
    private static partial Regex Word();

    [GeneratedRegex(@"\b(?:this|the|an?) (?:image|picture|photo|photograph|still|screenshot)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Image();

    [GeneratedRegex(
        @"\b(?:beautiful|beautifully|stunning|amazing|wonderful|lovely|gorgeous|breathtaking|impressive|delightful|charming|fascinating|" +
        @"captivating|mesmerizing|heartwarming|adorable|exciting|interesting|incredible|awesome|perfect|perfectly|perfection|" +
        @"sense of|feeling of|atmosphere of|adds? (?:to|a)|creat(?:es|ing) an?|invit(?:es|ing) the viewer|reminds? us|testament)\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex Opinion();
}
