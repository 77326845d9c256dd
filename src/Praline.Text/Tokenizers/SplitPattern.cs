using System.Text;
using Praline.Text.Tokenizers.Patterns;

namespace Praline.Text.Tokenizers;

/// <summary>What a split or a replacement looks for: a literal text or a regular expression.</summary>
internal sealed class SplitPattern
{
    private const int LongestPlain = 1 << 16, MostGrowth = 16;

    private readonly string? _literal;
    private readonly TextPattern? _regex;

    private SplitPattern(string? literal, TextPattern? regex)
    {
        _literal = literal;
        _regex = regex;
    }

    /// <summary>Reads <c>{"String": …}</c> or <c>{"Regex": …}</c>.</summary>
    public static SplitPattern Read(JsonSection section)
    {
        if (section.IsString)
        {
            return Literal(section.String());
        }

        if (section["String"] is { IsNull: false } text)
        {
            return Literal(text.String());
        }

        return section["Regex"] is { IsNull: false } pattern
            ? Regex(pattern.String(), pattern.Where)
            : throw section.Expected("an object with 'String' or 'Regex'");
    }

    public static SplitPattern Literal(string text) => new(text, null);

    public static SplitPattern Regex(string pattern, string where) => new(null, TextPattern.Parse(pattern, where));

    /// <summary>Appends the matches in order.</summary>
    public void FindAll(ReadOnlySpan<char> text, List<(int Start, int End)> matches)
    {
        if (_regex is not null)
        {
            _regex.FindAll(text, matches);
            return;
        }

        if (_literal!.Length == 0)
        {
            return;
        }

        var position = 0;
        while (text[position..].IndexOf(_literal) is >= 0 and var next)
        {
            matches.Add((position + next, position + next + _literal.Length));
            position += next + _literal.Length;
        }
    }

    /// <summary>A tokenizer's rules make a text somewhat longer; a file whose rules multiply it is not used.</summary>
    internal static void RequireLength(string text, long made)
    {
        if (made > Math.Max(LongestPlain, (long)text.Length * MostGrowth))
        {
            throw new PralineException(
                $"The tokenizer's rules make {made:N0} characters of {text.Length:N0}: its normalizer replaces what is short by what is very long. Fetch tokenizer.json again.");
        }
    }

    /// <summary>Replaces every match by fixed text.</summary>
    public string Replace(string text, string content)
    {
        if (_literal is not null)
        {
            if (content.Length > _literal.Length && _literal.Length > 0)
            {
                var found = 0L;
                for (var at = text.IndexOf(_literal, StringComparison.Ordinal); at >= 0; at = text.IndexOf(_literal, at + _literal.Length, StringComparison.Ordinal))
                {
                    found++;
                }

                RequireLength(text, text.Length + (found * (content.Length - _literal.Length)));
            }

            return _literal.Length == 0 ? text : text.Replace(_literal, content, StringComparison.Ordinal);
        }

        var matches = new List<(int Start, int End)>();
        FindAll(text, matches);
        if (matches.Count == 0)
        {
            return text;
        }

        RequireLength(text, text.Length + ((long)matches.Count * content.Length));
        var result = new StringBuilder(text.Length);
        var copied = 0;
        foreach (var (start, end) in matches)
        {
            result.Append(text, copied, start - copied).Append(content);
            copied = end;
        }

        return result.Append(text, copied, text.Length - copied).ToString();
    }
}
