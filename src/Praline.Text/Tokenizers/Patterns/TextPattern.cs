namespace Praline.Text.Tokenizers.Patterns;

/// <summary>
/// A regular expression of a tokenizer file, matched on Unicode code points. .NET's own engine works on UTF-16 units,
/// where a letter above U+FFFF is two surrogates and no letter, and it knows no possessive quantifiers; hence this one.
/// </summary>
internal sealed class TextPattern
{
    // Real patterns need fewer than ten steps a character.
    private const long FreeSteps = 1_000_000;
    private const long StepsPerCharacter = 200;

    private readonly PatternInstruction[] _program;
    private readonly int _guards;
    private readonly FirstPoints _starts;
    private readonly string _source;
    private readonly string _where;

    private TextPattern(string source, string where, PatternInstruction[] program, int guards, FirstPoints starts)
    {
        _source = source;
        _where = where;
        _program = program;
        _guards = guards;
        _starts = starts;
    }

    /// <summary>Compiles a pattern.</summary>
    /// <param name="source">The pattern.</param>
    /// <param name="where">The file and key it comes from, for messages.</param>
    /// <exception cref="PralineException">The pattern is malformed or uses something that is not supported.</exception>
    public static TextPattern Parse(string source, string where)
    {
        try
        {
            var node = PatternParser.Parse(source);
            var (program, guards) = PatternCompiler.Compile(node);
            return new TextPattern(source, where, program, guards, FirstPoints.Of(node));
        }
        catch (FormatException e)
        {
            throw new PralineException($"{where}: the regular expression '{Shorten(source)}' {e.Message}.", e);
        }
    }

    /// <summary>
    /// Appends every match of the text, in order; an empty match is given unless it touches the one before.
    /// </summary>
    /// <exception cref="PralineException">
    /// The pattern needs far more steps than any sane one (catastrophic backtracking).
    /// </exception>
    public void FindAll(ReadOnlySpan<char> text, List<(int Start, int End)> matches)
    {
        var matcher = new PatternMatcher(_program, _guards, text, FreeSteps + (StepsPerCharacter * text.Length));
        try
        {
            var lastEnd = -1;
            for (var position = 0; position <= text.Length;)
            {
                var end = _starts.Allow(text, position) ? matcher.Match(position) : -1;
                if (matcher.Exhausted)
                {
                    throw new PralineException(
                        $"{_where}: the regular expression '{Shorten(_source)}' needs too many steps on a text of {text.Length} "
                        + "characters (nested quantifiers that overlap?). Rewrite it without them.");
                }

                if (end >= 0 && !(end == position && end == lastEnd))
                {
                    matches.Add((position, end));
                    lastEnd = end;
                }

                position = end > position ? end : position + CharactersAt(text, position);
            }
        }
        finally
        {
            matcher.Dispose();
        }
    }

    private static int CharactersAt(ReadOnlySpan<char> text, int position) =>
        position + 1 < text.Length && char.IsHighSurrogate(text[position]) && char.IsLowSurrogate(text[position + 1]) ? 2 : 1;

    private static string Shorten(string source) => source.Length <= 80 ? source : source[..77] + "...";
}
