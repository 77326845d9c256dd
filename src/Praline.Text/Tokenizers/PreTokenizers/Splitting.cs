namespace Praline.Text.Tokenizers.PreTokenizers;

/// <summary>Joins delimiters to their neighbours, or drops them, as a <see cref="SplitBehavior"/> says.</summary>
internal static class Splitting
{
    public static void Join(List<(int Start, int End, bool IsDelimiter)> parts, SplitBehavior behavior)
    {
        switch (behavior)
        {
            case SplitBehavior.Removed:
                parts.RemoveAll(part => part.IsDelimiter);
                break;
            case SplitBehavior.Contiguous:
                Merge(parts, (previous, current) => previous == current);
                break;
            case SplitBehavior.MergedWithPrevious:
                Merge(parts, (previous, current) => current && !previous);
                break;
            case SplitBehavior.MergedWithNext:
                parts.Reverse();
                Merge(parts, (previous, current) => current && !previous);
                parts.Reverse();
                break;
        }
    }

    /// <summary>
    /// Joins a part to the one before it when their kinds say so; before the first stands a part that is no delimiter.
    /// </summary>
    private static void Merge(List<(int Start, int End, bool IsDelimiter)> parts, Func<bool, bool, bool> joins)
    {
        var kept = 0;
        var previous = false;
        foreach (var part in parts.ToArray())
        {
            if (kept > 0 && joins(previous, part.IsDelimiter))
            {
                var last = parts[kept - 1];
                parts[kept - 1] = (Math.Min(last.Start, part.Start), Math.Max(last.End, part.End), false);
            }
            else
            {
                parts[kept++] = part;
            }

            previous = part.IsDelimiter;
        }

        parts.RemoveRange(kept, parts.Count - kept);
    }
}
