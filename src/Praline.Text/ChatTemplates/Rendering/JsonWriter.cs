using System.Globalization;
using System.Text;
using Praline.Text.ChatTemplates.Values;

namespace Praline.Text.ChatTemplates.Rendering;

/// <summary>
/// The filter <c>tojson</c> of chat templates: Python's <c>json.dumps</c> with <c>ensure_ascii=False</c>, nothing
/// escaped for HTML.
/// </summary>
internal sealed class JsonWriter
{
    private const int LargestIndent = 64;

    private readonly StringBuilder _result = new();
    private readonly RenderBudget _budget;
    private readonly string? _indent;
    private readonly string _itemSeparator;
    private readonly string _keySeparator;
    private readonly bool _sortKeys;
    private readonly bool _ascii;

    private JsonWriter(RenderBudget budget, object? ascii, object? indent, object? separators, object? sortKeys)
    {
        _budget = budget;
        _ascii = Truth.Of(ascii);
        _sortKeys = Truth.Of(sortKeys);
        _indent = indent switch
        {
            null or Undefined => null,
            string text => text,
            _ => new string(' ', (int)Math.Clamp(Numbers.Whole(indent), 0, LargestIndent)),
        };
        (_itemSeparator, _keySeparator) = separators is SequenceValue { Items: [string item, string key] }
            ? (item, key)
            : (_indent is null ? ", " : ",", ": ");
    }

    public static string Apply(object? value, Arguments arguments, RenderBudget budget)
    {
        var bound = arguments.Bind("tojson", ("ensure_ascii", false), ("indent", null), ("separators", null), ("sort_keys", false));
        var json = new JsonWriter(budget, bound[0], bound[1], bound[2], bound[3]);
        json.Append(value, 0);
        return budget.Text(json._result.ToString());
    }

    private void Append(object? value, int depth)
    {
        _budget.Step();
        RenderBudget.CheckLength(_result.Length);
        switch (value)
        {
            case null: _result.Append("null"); break;
            case bool flag: _result.Append(flag ? "true" : "false"); break;
            case long number: _result.Append(number.ToString(CultureInfo.InvariantCulture)); break;
            case double number: _result.Append(Real(number)); break;
            case string text: AppendText(text); break;
            case SequenceValue { Kind: SequenceKind.List or SequenceKind.Tuple } sequence:
                AppendAll('[', ']', sequence.Items, depth, item => Append(item, depth + 1));
                break;
            case DictValue dict:
                var entries = dict.Entries.Select(e => (Key: KeyOf(e.Key), e.Value));
                AppendAll('{', '}', [.. _sortKeys ? entries.OrderBy(e => e.Key, StringComparer.Ordinal) : entries], depth, entry =>
                {
                    AppendText(entry.Key);
                    _result.Append(_keySeparator);
                    Append(entry.Value, depth + 1);
                });
                break;
            default:
                throw TemplateErrors.Type($"Object of type {ValueKinds.NameOf(value)} is not JSON serializable");
        }
    }

    private void AppendAll<T>(char open, char close, IReadOnlyCollection<T> items, int depth, Action<T> append)
    {
        _result.Append(open);
        var first = true;
        foreach (var item in items)
        {
            _result.Append(first ? "" : _itemSeparator);
            first = false;
            NewLine(depth + 1);
            append(item);
        }

        if (items.Count > 0)
        {
            NewLine(depth);
        }

        _result.Append(close);
    }

    private void NewLine(int depth)
    {
        if (_indent is null)
        {
            return;
        }

        _budget.Characters((long)_indent.Length * depth);
        _result.Append('\n');
        for (var i = 0; i < depth; i++)
        {
            _result.Append(_indent);
        }
    }

    private void AppendText(string text)
    {
        _budget.Characters(text.Length);
        _result.Append('"');
        foreach (var c in text)
        {
            switch (c)
            {
                case '"': _result.Append("\\\""); break;
                case '\\': _result.Append(@"\\"); break;
                case '\n': _result.Append(@"\n"); break;
                case '\r': _result.Append(@"\r"); break;
                case '\t': _result.Append(@"\t"); break;
                case '\b': _result.Append(@"\b"); break;
                case '\f': _result.Append(@"\f"); break;
                default:
                    if (c < ' ' || (_ascii && c >= 127))
                    {
                        _result.Append(@"\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
                    }
                    else
                    {
                        _result.Append(c);
                    }

                    break;
            }
        }

        _result.Append('"');
    }

    private static string Real(double number) =>
        double.IsNaN(number) ? "NaN" : double.IsInfinity(number) ? number > 0 ? "Infinity" : "-Infinity" : ValueText.Float(number);

    private string KeyOf(object? key) => key switch
    {
        string text => text,
        null => "null",
        bool flag => flag ? "true" : "false",
        long or double => key is double number ? Real(number) : ValueText.Str(key, _budget),
        _ => throw TemplateErrors.Type($"keys must be str, int, float, bool or None, not {ValueKinds.NameOf(key)}"),
    };
}
