using System.Text;
using Praline.Text.ChatTemplates.Values;

namespace Praline.Text.ChatTemplates.Rendering;

/// <summary>Filters on text.</summary>
internal static class TextFilters
{
    public static IReadOnlyDictionary<string, FilterFunction> All { get; } = new Dictionary<string, FilterFunction>
    {
        ["upper"] = (value, _, runtime) => StringMethods.Upper(runtime.Str(value)),
        ["lower"] = (value, _, runtime) => StringMethods.Lower(runtime.Str(value)),
        ["capitalize"] = (value, _, runtime) => StringMethods.Capitalize(runtime.Str(value)),
        ["title"] = (value, _, runtime) => Title(runtime.Str(value)),
        ["trim"] = (value, arguments, runtime) =>
            StringMethods.Strip(runtime.Str(value), arguments.Bind("trim", ("chars", null))[0], left: true, right: true),
        ["string"] = (value, _, runtime) => runtime.Str(value),
        ["safe"] = (value, _, runtime) => runtime.Str(value),
        ["escape"] = (value, _, runtime) => Escape(runtime.Str(value), runtime.Budget),
        ["e"] = (value, _, runtime) => Escape(runtime.Str(value), runtime.Budget),
        ["forceescape"] = (value, _, runtime) => Escape(runtime.Str(value), runtime.Budget),
        ["replace"] = Replace,
        ["indent"] = Indent,
        ["center"] = (value, arguments, runtime) => StringMethods.Find(runtime.Str(value), "center", runtime.Budget)!
            .Call(arguments.Count == 0 ? new Arguments([80L], arguments.Named) : arguments),
        ["truncate"] = Truncate,
        ["wordcount"] = (value, _, runtime) => (long)WordCount(runtime.Str(value)),
        ["format"] = (value, arguments, runtime) => PercentFormat.Apply(
            runtime.Str(value),
            arguments.Named.Count > 0 ? DictValue.Of(arguments.Named.Select(n => (n.Key, n.Value))) : SequenceValue.Tuple(arguments.Positional),
            runtime.Budget),
        ["tojson"] = (value, arguments, runtime) => JsonWriter.Apply(value is Undefined undefined ? throw undefined.Error() : value, arguments, runtime.Budget),
        ["urlencode"] = (value, _, runtime) => UrlEncode(runtime.Str(value), runtime.Budget),
    };

    private static string Replace(object? value, Arguments arguments, Runtime runtime)
    {
        var bound = arguments.Bind("replace", ("old", Arguments.Required), ("new", Arguments.Required), ("count", null));
        return StringMethods.Replace(
            runtime.Str(value), runtime.Str(bound[0]), runtime.Str(bound[1]), bound[2] is null ? -1 : Numbers.Whole(bound[2]), runtime.Budget);
    }

    /// <summary>
    /// Each word with its first letter in upper case; words begin behind spaces, hyphens and opening brackets.
    /// </summary>
    private static string Title(string text)
    {
        var result = new StringBuilder(text.Length);
        var startsWord = true;
        foreach (var c in text)
        {
            var separates = PythonText.IsSpace(c) || c is '-' or '(' or '{' or '[' or '<';
            result.Append(startsWord ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c));
            startsWord = separates;
        }

        return result.ToString();
    }

    private static string Escape(string text, RenderBudget budget)
    {
        budget.Characters(text.Length + (4L * text.Count(c => c is '&' or '<' or '>' or '\'' or '"')));
        return text.Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal)
            .Replace("'", "&#39;", StringComparison.Ordinal)
            .Replace("\"", "&#34;", StringComparison.Ordinal);
    }

    private static string Indent(object? value, Arguments arguments, Runtime runtime)
    {
        var bound = arguments.Bind("indent", ("width", 4L), ("first", false), ("blank", false));
        var indentation = bound[0] is string given ? given : new string(' ', (int)Math.Clamp(Numbers.Whole(bound[0]), 0, 10_000));
        var lines = StringSplitting.Lines(runtime.Str(value) + "\n");
        runtime.Budget.Characters(lines.Sum(l => (long)l.Length + indentation.Length + 1));
        var indented = lines.Skip(1).Select(line => line.Length > 0 || Truth.Of(bound[2]) ? indentation + line : line);
        return (Truth.Of(bound[1]) ? indentation : "") + string.Join('\n', indented.Prepend(lines[0]));
    }

    private static string Truncate(object? value, Arguments arguments, Runtime runtime)
    {
        var bound = arguments.Bind("truncate", ("length", 255L), ("killwords", false), ("end", "..."), ("leeway", 5L));
        var characters = PythonText.Characters(runtime.Str(value));
        var (length, end) = (Numbers.Whole(bound[0]), StringMethods.Text(bound[2]));
        if (characters.Count <= length + Numbers.Whole(bound[3] ?? 5L))
        {
            return string.Concat(characters);
        }

        var kept = string.Concat(characters.Take((int)Math.Max(0, length - PythonText.Length(end))));
        return (Truth.Of(bound[1]) || kept.LastIndexOf(' ') < 0 ? kept : kept[..kept.LastIndexOf(' ')]) + end;
    }

    private static int WordCount(string text)
    {
        var count = 0;
        var inWord = false;
        foreach (var c in text)
        {
            var isWord = char.IsLetterOrDigit(c) || c == '_';
            count += isWord && !inWord ? 1 : 0;
            inWord = isWord;
        }

        return count;
    }

    private static string UrlEncode(string text, RenderBudget budget)
    {
        budget.Characters(text.Length * 3L);
        var result = new StringBuilder();
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            result.Append(b < 128 && (char.IsAsciiLetterOrDigit((char)b) || "_.-~/".Contains((char)b)) ? ((char)b).ToString() : $"%{b:X2}");
        }

        return result.ToString();
    }
}
