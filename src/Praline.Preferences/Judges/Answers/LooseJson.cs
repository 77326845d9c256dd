using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Praline.Preferences;

/// <summary>
/// Reads objects that models mean as JSON: strict JSON first; else Python's single quotes, True/None, trailing commas, keys without quotes, quotes
/// inside texts that were not escaped, line ends inside texts, and a missing end.
/// </summary>
/// <remarks>
/// Values are <c>Dictionary&lt;string, object?&gt;</c>, <c>List&lt;object?&gt;</c>, <c>string</c>, <c>double</c>, <c>bool</c> or null.
/// </remarks>
internal sealed class LooseJson
{
    private readonly string _text;
    private int _at;

    private LooseJson(string text, int start)
    {
        _text = text;
        _at = start;
    }

    /// <summary>All objects in a text, in order; what is between them is passed over.</summary>
    public static IReadOnlyList<Dictionary<string, object?>> Objects(string text)
    {
        var found = new List<Dictionary<string, object?>>();
        for (var at = text.IndexOf('{'); at >= 0; at = at < text.Length ? text.IndexOf('{', at) : -1)
        {
            if (Strict(text, at) is var (strict, end))
            {
                found.Add(strict);
                at = end;
                continue;
            }

            var loose = new LooseJson(text, at);
            try
            {
                found.Add(loose.Object());
                at = loose._at;
            }
            catch (FormatException)
            {
                at++;
            }
        }

        return found;
    }

    /// <summary>A list in a text such as <c>[3, 2, 1]</c>, the last one; null when there is none.</summary>
    public static List<object?>? LastList(string text)
    {
        for (var at = text.LastIndexOf('['); at >= 0; at = at == 0 ? -1 : text.LastIndexOf('[', at - 1))
        {
            try
            {
                return new LooseJson(text, at).List();
            }
            catch (FormatException)
            {
                // Not a list: the one before may be.
            }
        }

        return null;
    }

    private static (Dictionary<string, object?> Value, int End)? Strict(string text, int start)
    {
        var bytes = Encoding.UTF8.GetBytes(text[start..]);
        try
        {
            var reader = new Utf8JsonReader(bytes);
            using var document = JsonDocument.ParseValue(ref reader);
            var end = start + Encoding.UTF8.GetCharCount(bytes, 0, (int)reader.BytesConsumed);
            return ((Dictionary<string, object?>)Convert(document.RootElement)!, end);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null; // the latter for half a character: what is loose about it is read below
        }
    }

    private static object? Convert(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => Last(value.EnumerateObject().Select(p => (p.Name, Convert(p.Value)))),
        JsonValueKind.Array => value.EnumerateArray().Select(Convert).ToList(),
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    // A key that comes twice: the later one counts, as in every JSON reader.
    private static Dictionary<string, object?> Last(IEnumerable<(string Key, object? Value)> entries)
    {
        var result = new Dictionary<string, object?>();
        foreach (var (key, value) in entries)
        {
            result[key] = value;
        }

        return result;
    }

    private Dictionary<string, object?> Object()
    {
        Take('{');
        var result = new Dictionary<string, object?>();
        while (!AtEndOf('}'))
        {
            var key = Peek() is '"' or '\'' ? Quoted() : Bare(":");
            Take(':');
            result[key] = Value();
            TakeComma('}');
        }

        return result;
    }

    private List<object?> List()
    {
        Take('[');
        var result = new List<object?>();
        while (!AtEndOf(']'))
        {
            result.Add(Value());
            TakeComma(']');
        }

        return result;
    }

    private object? Value() => Peek() switch
    {
        '{' => Object(),
        '[' => List(),
        '"' or '\'' => Quoted(),
        _ => Meaning(Bare(",}]\n")),
    };

    private static object? Meaning(string word) => word.ToLowerInvariant() switch
    {
        "true" => true,
        "false" => false,
        "null" or "none" => null,
        var text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : word,
    };

    // A quote ends a text only where a comma, colon, bracket or the end follows: "it's" goes on.
    private string Quoted()
    {
        var quote = _text[_at++];
        var result = new StringBuilder();
        while (_at < _text.Length)
        {
            var c = _text[_at++];
            if (c == '\\' && _at < _text.Length)
            {
                var escaped = _text[_at++];
                result.Append(escaped switch { 'n' => '\n', 't' => '\t', 'r' => '\r', _ => escaped });
            }
            else if (c == quote && EndsHere())
            {
                return result.ToString();
            }
            else
            {
                result.Append(c);
            }
        }

        throw new FormatException();
    }

    private bool EndsHere()
    {
        var next = _at;
        while (next < _text.Length && char.IsWhiteSpace(_text[next]))
        {
            next++;
        }

        return next == _text.Length || ",:}]".Contains(_text[next]);
    }

    private string Bare(string ends)
    {
        Peek();
        var start = _at;
        while (_at < _text.Length && !ends.Contains(_text[_at]) && _text[_at] is not ('{' or '}' or '"'))
        {
            _at++;
        }

        var word = _text[start.._at].Trim();
        return word.Length is > 0 and <= 60 ? word : throw new FormatException();
    }

    private char Peek()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
        {
            _at++;
        }

        return _at < _text.Length ? _text[_at] : '\0';
    }

    // An answer cut off after a whole value still has that value.
    private bool AtEndOf(char close)
    {
        var next = Peek();
        if (next == close)
        {
            _at++;
            return true;
        }

        return next == '\0';
    }

    private void Take(char wanted)
    {
        if (Peek() != wanted)
        {
            throw new FormatException();
        }

        _at++;
    }

    private void TakeComma(char close)
    {
        var next = Peek();
        if (next == ',')
        {
            _at++;
        }
        else if (next != close && next != '\0' && next is not ('"' or '\''))
        {
            throw new FormatException();
        }
    }
}
