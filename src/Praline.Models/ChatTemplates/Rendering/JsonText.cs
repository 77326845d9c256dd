using System.Globalization;
using System.Text;
using Praline.Models.ChatTemplates.Values;

namespace Praline.Models.ChatTemplates.Rendering;

/// <summary>
/// The filter <c>tojson</c> of chat templates: Python's <c>json.dumps</c> with <c>ensure_ascii=False</c>, nothing
/// escaped for HTML.
/// </summary>
internal sealed class JsonText
{
    private const int LargestIndent = 64;

    private readonly StringBuilder result = new();
    private readonly RenderBudget budget;
    private readonly string? indent;
    private readonly string itemSeparator;
    private readonly string keySeparator;
    private readonly bool sortKeys;
    private readonly bool ascii;

    private JsonText(RenderBudget budget, object? ascii, object? indent, object? separators, object? sortKeys)
    {
        this.budget = budget;
        this.ascii = Truth.Of(ascii);
        this.sortKeys = Truth.Of(sortKeys);
        this.indent = indent switch
        {
            null or Undefined => null,
            string text => text,
            _ => new string(' ', (int)Math.Clamp(Numbers.Whole(indent), 0, LargestIndent)),
        };
        (itemSeparator, keySeparator) = separators is SequenceValue { Items: [string item, string key] }
            ? (item, key)
            : (this.indent is null ? ", " : ",", ": ");
    }

    public static string Apply(object? value, Arguments arguments, RenderBudget budget)
    {
        var bound = arguments.Bind("tojson", ("ensure_ascii", false), ("indent", null), ("separators", null), ("sort_keys", false));
        var json = new JsonText(budget, bound[0], bound[1], bound[2], bound[3]);
        json.Append(value, 0);
        return budget.Text(json.result.ToString());
    }

    private void Append(object? value, int depth)
    {
        budget.Step();
        RenderBudget.CheckLength(result.Length);
        switch (value)
        {
            case null: result.Append("null"); break;
            case bool flag: result.Append(flag ? "true" : "false"); break;
            case long number: result.Append(number.ToString(CultureInfo.InvariantCulture)); break;
            case double number: result.Append(Real(number)); break;
            case string text: AppendText(text); break;
            case SequenceValue { Kind: SequenceKind.List or SequenceKind.Tuple } sequence:
                AppendAll('[', ']', sequence.Items, depth, item => Append(item, depth + 1));
                break;
            case DictValue dict:
                var entries = dict.Entries.Select(e => (Key: KeyOf(e.Key), e.Value));
                AppendAll('{', '}', [.. sortKeys ? entries.OrderBy(e => e.Key, StringComparer.Ordinal) : entries], depth, entry =>
                {
                    AppendText(entry.Key);
                    result.Append(keySeparator);
                    Append(entry.Value, depth + 1);
                });
                break;
            default:
                throw TemplateErrors.Type($"Object of type {ValueKinds.NameOf(value)} is not JSON serializable");
        }
    }

    private void AppendAll<T>(char open, char close, IReadOnlyCollection<T> items, int depth, Action<T> append)
    {
        result.Append(open);
        var first = true;
        foreach (var item in items)
        {
            result.Append(first ? "" : itemSeparator);
            first = false;
            NewLine(depth + 1);
            append(item);
        }

        if (items.Count > 0)
        {
            NewLine(depth);
        }

        result.Append(close);
    }

    private void NewLine(int depth)
    {
        if (indent is null)
        {
            return;
        }

        budget.Characters((long)indent.Length * depth);
        result.Append('\n');
        for (var i = 0; i < depth; i++)
        {
            result.Append(indent);
        }
    }

    private void AppendText(string text)
    {
        budget.Characters(text.Length);
        result.Append('"');
        foreach (var c in text)
        {
            switch (c)
            {
                case '"': result.Append("\\\""); break;
                case '\\': result.Append(@"\\"); break;
                case '\n': result.Append(@"\n"); break;
                case '\r': result.Append(@"\r"); break;
                case '\t': result.Append(@"\t"); break;
                case '\b': result.Append(@"\b"); break;
                case '\f': result.Append(@"\f"); break;
                default:
                    if (c < ' ' || (ascii && c >= 127))
                    {
                        result.Append(@"\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
                    }
                    else
                    {
                        result.Append(c);
                    }

                    break;
            }
        }

        result.Append('"');
    }

    private static string Real(double number) =>
        double.IsNaN(number) ? "NaN" : double.IsInfinity(number) ? number > 0 ? "Infinity" : "-Infinity" : ValueText.Float(number);

    private string KeyOf(object? key) => key switch
    {
        string text => text,
        null => "null",
        bool flag => flag ? "true" : "false",
        long or double => key is double number ? Real(number) : ValueText.Str(key, budget),
        _ => throw TemplateErrors.Type($"keys must be str, int, float, bool or None, not {ValueKinds.NameOf(key)}"),
    };
}
