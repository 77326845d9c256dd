using System.Text;

namespace Praline.Preferences;

/// <summary>
/// A journal's line: <c>{"sum":"16 hex digits","entry":{...}}</c>, where the sum is the first half of the SHA-256 of the entry's bytes. A line
/// that was not written to its end, or was damaged, does not fit its sum.
/// </summary>
internal static class JournalLine
{
    private const string Before = "{\"sum\":\"", Between = "\",\"entry\":", After = "}";
    private const int Digits = 16;

    public static string Wrap(string entry) => Before + Sum(entry) + Between + entry + After;

    /// <summary>The entry of a line, or null when the line is torn or damaged.</summary>
    public static string? Unwrap(string line)
    {
        var start = Before.Length + Digits + Between.Length;
        if (line.Length <= start + After.Length || !line.StartsWith(Before, StringComparison.Ordinal) ||
            !line.EndsWith(After, StringComparison.Ordinal) ||
            string.CompareOrdinal(line, Before.Length + Digits, Between, 0, Between.Length) != 0)
        {
            return null;
        }

        var entry = line[start..^After.Length];
        return string.CompareOrdinal(line, Before.Length, Sum(entry), 0, Digits) == 0 ? entry : null;
    }

    private static string Sum(string entry) => StageFingerprint.Hash(Encoding.UTF8.GetBytes(entry))[..Digits];
}
