using System.Text;
using Praline.Text.ChatTemplates.Values;

namespace Praline.Text.ChatTemplates.Rendering;

/// <summary>The methods of Python's strings that templates use.</summary>
internal static class StringMethods
{
    public static CallableValue? Find(string text, string name, RenderBudget budget)
    {
        Func<Arguments, object?>? method = name switch
        {
            "upper" => Plain(Upper),
            "lower" => Plain(Lower),
            "casefold" => Plain(t => Lower(t).Replace("ß", "ss", StringComparison.Ordinal)),
            "capitalize" => Plain(Capitalize),
            "title" => Plain(Title),
            "swapcase" => Plain(t => string.Concat(t.Select(
                c => char.IsUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c)))),
            "strip" => a => Strip(text, a.Bind(name, ("chars", null))[0], true, true),
            "lstrip" => a => Strip(text, a.Bind(name, ("chars", null))[0], true, false),
            "rstrip" => a => Strip(text, a.Bind(name, ("chars", null))[0], false, true),
            "split" => a => StringSplitting.Split(text, a, fromRight: false, budget),
            "rsplit" => a => StringSplitting.Split(text, a, fromRight: true, budget),
            "splitlines" => a => SequenceValue.List(StringSplitting.Lines(text, Truth.Of(a.Bind(name, ("keepends", false))[0]))),
            "partition" => a => StringSplitting.Partition(text, Only(a, "sep"), fromRight: false),
            "rpartition" => a => StringSplitting.Partition(text, Only(a, "sep"), fromRight: true),
            "startswith" => a => Affix(text, a.Bind(name, ("prefix", Arguments.Required))[0], StartsWith),
            "endswith" => a => Affix(text, a.Bind(name, ("suffix", Arguments.Required))[0], EndsWith),
            "removeprefix" => a => Only(a, "prefix") is var p && StartsWith(text, p) ? text[p.Length..] : text,
            "removesuffix" => a => Only(a, "suffix") is var p && EndsWith(text, p) ? text[..^p.Length] : text,
            "replace" => a =>
            {
                var bound = a.Bind(name, ("old", Arguments.Required), ("new", Arguments.Required), ("count", -1L));
                return Replace(text, Text(bound[0]), Text(bound[1]), Numbers.Whole(bound[2]), budget);
            }
            ,
            "find" => a => IndexOf(text, a, last: false) ?? -1L,
            "rfind" => a => IndexOf(text, a, last: true) ?? -1L,
            "index" => a => IndexOf(text, a, last: false) ?? throw TemplateErrors.Value("substring not found"),
            "rindex" => a => IndexOf(text, a, last: true) ?? throw TemplateErrors.Value("substring not found"),
            "count" => a => Count(text, Only(a, "sub")),
            "join" => a => Join(text, a.Bind(name, ("iterable", Arguments.Required))[0], budget),
            "format" => a => BraceFormat.Apply(text, a, budget),
            "center" => a => Padded(text, a, name, budget, (left, right) => (left, right)),
            "ljust" => a => Padded(text, a, name, budget, (left, right) => (0, left + right)),
            "rjust" => a => Padded(text, a, name, budget, (left, right) => (left + right, 0)),
            "zfill" => a => ZeroFill(text, Numbers.Whole(a.Bind(name, ("width", Arguments.Required))[0]), budget),
            "isdigit" => All(char.IsDigit),
            "isdecimal" => All(char.IsDigit),
            "isnumeric" => All(char.IsNumber),
            "isalpha" => All(char.IsLetter),
            "isalnum" => All(c => char.IsLetter(c) || char.IsNumber(c)),
            "isspace" => All(PythonText.IsSpace),
            "isupper" => Plain(t => t.Any(char.IsUpper) && !t.Any(char.IsLower)),
            "islower" => Plain(t => t.Any(char.IsLower) && !t.Any(char.IsUpper)),
            _ => null,
        };
        return method is null ? null : new CallableValue($"<built-in method {name} of str object>", arguments =>
        {
            budget.Characters(text.Length); // what it reads
            var made = method(arguments);
            return made is string result ? budget.Text(result) : made;
        });

        string Only(Arguments arguments, string parameter) => Text(arguments.Bind(name, (parameter, Arguments.Required))[0]);

        Func<Arguments, object?> Plain(Func<string, object?> function) => arguments =>
        {
            arguments.Bind(name);
            budget.Characters(text.Length);
            return function(text);
        };

        Func<Arguments, object?> All(Func<char, bool> condition) => Plain(t => t.Length > 0 && t.All(condition));
    }

    private static bool StartsWith(string text, string prefix) => text.StartsWith(prefix, StringComparison.Ordinal);

    private static bool EndsWith(string text, string suffix) => text.EndsWith(suffix, StringComparison.Ordinal);

    public static string Upper(string text) => text.ToUpperInvariant().Replace("ß", "SS", StringComparison.Ordinal);

    public static string Lower(string text) => text.ToLowerInvariant().Replace("\u0130", "i\u0307", StringComparison.Ordinal);

    /// <summary>The first character in title case, the others in lower case.</summary>
    public static string Capitalize(string text) => text.Length == 0 ? text : Upper(text[..First(text)]) + Lower(text[First(text)..]);

    /// <summary>Strips white space, or any of the given characters.</summary>
    public static string Strip(string text, object? characters, bool left, bool right)
    {
        Func<char, bool> strips = characters is null or Undefined ? PythonText.IsSpace : Text(characters).Contains;
        var (start, end) = (0, text.Length);
        while (left && start < end && strips(text[start]))
        {
            start++;
        }

        while (right && end > start && strips(text[end - 1]))
        {
            end--;
        }

        return text[start..end];
    }

    public static string Replace(string text, string from, string to, long count, RenderBudget budget)
    {
        var found = from.Length == 0 ? text.Length + 1 : Count(text, from);
        var times = count < 0 ? found : Math.Min(count, found);
        budget.Characters(text.Length + (times * Math.Max(0, to.Length - from.Length)));
        var result = new StringBuilder();
        var copied = 0;
        for (var i = 0; i < times; i++)
        {
            var at = from.Length == 0 ? i : text.IndexOf(from, copied, StringComparison.Ordinal);
            result.Append(text, copied, at - copied).Append(to);
            copied = at + from.Length;
        }

        return result.Append(text, copied, text.Length - copied).ToString();
    }

    public static string Join(string separator, object? iterable, RenderBudget budget)
    {
        var result = new StringBuilder();
        var index = 0;
        foreach (var item in Iteration.Of(iterable))
        {
            if (item is not string part)
            {
                throw TemplateErrors.Type($"sequence item {index}: expected str instance, {ValueKinds.NameOf(item)} found");
            }

            result.Append(index++ == 0 ? "" : separator).Append(part);
            budget.Step();
            RenderBudget.CheckLength(result.Length);
        }

        return budget.Text(result.ToString());
    }

    /// <summary>A text that a method asks for.</summary>
    public static string Text(object? value) => value switch
    {
        string text => text,
        Undefined undefined => throw undefined.Error(),
        _ => throw TemplateErrors.Type($"expected a str argument, not {ValueKinds.NameOf(value)}"),
    };

    public static string Pad(string text, long width, char fill, Func<long, (long Left, long Right)> place, RenderBudget budget)
    {
        var missing = Math.Max(0, width - PythonText.Length(text));
        budget.Characters(text.Length + missing);
        var (left, right) = place(missing);
        return new string(fill, (int)left) + text + new string(fill, (int)right);
    }

    private static string Padded(
        string text, Arguments arguments, string name, RenderBudget budget, Func<long, long, (long, long)> place)
    {
        var bound = arguments.Bind(name, ("width", Arguments.Required), ("fillchar", " "));
        var fill = Text(bound[1]);
        if (fill.Length != 1)
        {
            throw TemplateErrors.Type("The fill character must be exactly one character long");
        }

        // Where it can't be centred, Python leaves more on the left when width is odd.
        var width = Numbers.Whole(bound[0]);
        return Pad(text, width, fill[0], Place, budget);

        (long, long) Place(long missing)
        {
            var left = (missing / 2) + (missing & width & 1);
            return place(left, missing - left);
        }
    }

    private static string ZeroFill(string text, long width, RenderBudget budget)
    {
        var sign = text.Length > 0 && text[0] is '+' or '-' ? text[..1] : "";
        return sign + Pad(text[sign.Length..], width - sign.Length, '0', missing => (missing, 0), budget);
    }

    private static bool Affix(string text, object? affix, Func<string, string, bool> matches) => affix is SequenceValue { Kind: SequenceKind.Tuple } any
        ? any.Items.Any(item => matches(text, Text(item)))
        : matches(text, Text(affix));

    private static object? IndexOf(string text, Arguments arguments, bool last)
    {
        var bound = arguments.Bind("find", ("sub", Arguments.Required), ("start", 0L), ("end", null));
        var count = PythonText.Length(text);
        var start = (int)Math.Clamp(Numbers.Whole(bound[1] ?? 0L) is var s && s < 0 ? s + count : s, 0, count);
        var end = (int)Math.Clamp(bound[2] is null ? count : Numbers.Whole(bound[2]) is var e && e < 0 ? e + count : e, start, count);
        var characters = PythonText.Characters(text);
        var part = string.Concat(characters.Skip(start).Take(end - start));
        var at = last ? part.LastIndexOf(Text(bound[0]), StringComparison.Ordinal) : part.IndexOf(Text(bound[0]), StringComparison.Ordinal);
        return at < 0 ? null : (long)(start + PythonText.Length(part[..at]));
    }

    private static long Count(string text, string part)
    {
        if (part.Length == 0)
        {
            return PythonText.Length(text) + 1;
        }

        var count = 0L;
        for (var at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + part.Length, StringComparison.Ordinal))
        {
            count++;
        }

        return count;
    }

    private static string Title(string text)
    {
        var result = new StringBuilder(text.Length);
        var inWord = false;
        foreach (var c in text)
        {
            result.Append(inWord ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c));
            inWord = char.IsLetter(c);
        }

        return result.ToString();
    }

    private static int First(string text) =>
        char.IsHighSurrogate(text[0]) && text.Length > 1 ? 2 : 1;
}
