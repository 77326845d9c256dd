using System.Text;

namespace Praline.Text.Tokenizers.Normalizers;

/// <summary>
/// Unicode normalization (UAX #15): decompose, order the marks, compose. .NET leaves it to ICU, which this toolkit runs
/// without.
/// </summary>
internal static class UnicodeNormalizer
{
    private const int SyllableBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TailBase = 0x11A7;
    private const int LeadCount = 19;
    private const int VowelCount = 21;
    private const int TailCount = 28;
    private const int SyllableCount = LeadCount * VowelCount * TailCount;

    public static string Normalize(string text, UnicodeForm form)
    {
        // Below these code points every character is in the form already.
        var unchanged = form switch { UnicodeForm.Nfc => '\u0300', UnicodeForm.Nfd => '\u00C0', _ => '\u00A0' };
        if (!text.AsSpan().ContainsAnyInRange(unchanged, '\uFFFF'))
        {
            return text;
        }

        var tables = UnicodeTables.Instance;
        var points = new List<int>(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, form is UnicodeForm.Nfkc or UnicodeForm.Nfkd, tables, points);
        }

        Reorder(points, tables);
        if (form is UnicodeForm.Nfc or UnicodeForm.Nfkc)
        {
            Compose(points, tables);
        }

        var result = new StringBuilder(points.Count);
        foreach (var point in points)
        {
            result.Append(new Rune(point).ToString());
        }

        return result.ToString();
    }

    private static void Decompose(int point, bool compatibility, UnicodeTables tables, List<int> points)
    {
        if (point - SyllableBase is >= 0 and < SyllableCount and var syllable)
        {
            points.Add(LeadBase + (syllable / (VowelCount * TailCount)));
            points.Add(VowelBase + (syllable % (VowelCount * TailCount) / TailCount));
            if (syllable % TailCount != 0)
            {
                points.Add(TailBase + (syllable % TailCount));
            }

            return;
        }

        if (tables.Decomposition(point, compatibility) is not { } parts)
        {
            points.Add(point);
            return;
        }

        foreach (var part in parts)
        {
            Decompose(part, compatibility, tables, points);
        }
    }

    /// <summary>Sorts each run of marks by combining class, keeping the order of equals.</summary>
    private static void Reorder(List<int> points, UnicodeTables tables)
    {
        for (var start = 0; start < points.Count; start++)
        {
            if (tables.CombiningClass(points[start]) == 0)
            {
                continue;
            }

            var end = start;
            while (end < points.Count && tables.CombiningClass(points[end]) != 0)
            {
                end++;
            }

            var ordered = points.GetRange(start, end - start).OrderBy(tables.CombiningClass).ToArray();
            for (var i = 0; i < ordered.Length; i++)
            {
                points[start + i] = ordered[i];
            }

            start = end;
        }
    }

    private static void Compose(List<int> points, UnicodeTables tables)
    {
        var kept = 0;
        var starter = -1;
        var lastClass = -1;
        foreach (var point in points.ToArray())
        {
            var combining = tables.CombiningClass(point);
            // A mark reaches its starter only past marks of lower class; a starter only when it stands right behind.
            if (starter >= 0 && lastClass < combining && ComposePair(points[starter], point, tables) is { } composed)
            {
                points[starter] = composed;
                continue;
            }

            if (combining == 0)
            {
                starter = kept;
                lastClass = -1;
            }
            else
            {
                lastClass = combining;
            }

            points[kept++] = point;
        }

        points.RemoveRange(kept, points.Count - kept);
    }

    private static int? ComposePair(int first, int second, UnicodeTables tables)
    {
        if (first - LeadBase is >= 0 and < LeadCount and var lead && second - VowelBase is >= 0 and < VowelCount and var vowel)
        {
            return SyllableBase + (((lead * VowelCount) + vowel) * TailCount);
        }

        if (first - SyllableBase is >= 0 and < SyllableCount and var syllable && syllable % TailCount == 0
            && second - TailBase is > 0 and < TailCount and var tail)
        {
            return first + tail;
        }

        return tables.Composition(first, second);
    }
}
