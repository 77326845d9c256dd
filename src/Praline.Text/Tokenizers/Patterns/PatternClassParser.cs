namespace Praline.Text.Tokenizers.Patterns;

/// <summary>Reads one bracketed class: ranges, escapes, POSIX names, nested classes, intersections.</summary>
internal sealed class PatternClassParser(string pattern, bool ignoreCase)
{
    private const int DeepestNesting = 20;

    private int _depth;

    /// <summary>Reads the class whose '[' is at <paramref name="position"/> and moves behind its ']'.</summary>
    public CodePointSet Parse(ref int position)
    {
        if (++_depth > DeepestNesting)
        {
            throw new FormatException($"has classes nested deeper than {DeepestNesting}");
        }

        position++;
        var negated = position < pattern.Length && pattern[position] == '^';
        position += negated ? 1 : 0;
        var ranges = new List<(int, int)>();
        var members = new List<CodePointSet>();
        CodePointSet? left = null;
        for (var first = true; ; first = false)
        {
            if (position >= pattern.Length)
            {
                throw new FormatException("has a class that is not closed");
            }

            if (pattern[position] == ']' && !first)
            {
                position++;
                _depth--;
                return new CodePointSet(ranges, 0, members, left, negated, ignoreCase);
            }

            if (string.CompareOrdinal(pattern, position, "&&", 0, 2) == 0)
            {
                // What was read so far becomes the left side; the right side is collected afresh.
                left = new CodePointSet(ranges, 0, members, left, negated: false, ignoreCase);
                (ranges, members) = ([], []);
                position += 2;
                continue;
            }

            ReadItem(ref position, ranges, members);
        }
    }

    private void ReadItem(ref int position, List<(int, int)> ranges, List<CodePointSet> members)
    {
        if (string.CompareOrdinal(pattern, position, "[:", 0, 2) == 0 && pattern.IndexOf(":]", position, StringComparison.Ordinal) is > 0 and var end)
        {
            var name = pattern[(position + 2)..end];
            var set = UnicodeProperties.Posix(name.TrimStart('^')) ?? throw new FormatException($"has the unknown class [:{name}:]");
            members.Add(name.StartsWith('^') ? set.Negate() : set);
            position = end + 2;
            return;
        }

        if (pattern[position] == '[')
        {
            members.Add(Parse(ref position));
            return;
        }

        if (pattern[position] == '\\' && !PatternEscapes.IsSinglePoint(pattern, position))
        {
            members.Add(PatternEscapes.Read(pattern, ref position, ignoreCase));
            return;
        }

        var first = Point(ref position);
        var last = first;
        if (position + 1 < pattern.Length && pattern[position] == '-' && pattern[position + 1] is not (']' or '[')
            && (pattern[position + 1] != '\\' || PatternEscapes.IsSinglePoint(pattern, position + 1)))
        {
            position++;
            last = Point(ref position);
        }

        ranges.Add(first <= last ? (first, last) : throw new FormatException("has a class range that runs backwards"));
    }

    private int Point(ref int position)
    {
        if (pattern[position] == '\\')
        {
            if (position + 1 < pattern.Length && pattern[position + 1] == 'b')
            {
                position += 2;
                return '\b';
            }

            return PatternEscapes.CodePoint(pattern, ref position);
        }

        var codePoint = PatternEscapes.CodePointAt(pattern, position);
        position += codePoint > 0xFFFF ? 2 : 1;
        return codePoint;
    }
}
