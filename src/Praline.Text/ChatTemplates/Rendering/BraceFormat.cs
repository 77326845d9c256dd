using System.Text;
using Praline.Text.ChatTemplates.Values;

namespace Praline.Text.ChatTemplates.Rendering;

/// <summary><c>'{} {name:&gt;10}'.format(…)</c>.</summary>
internal static class BraceFormat
{
    public static string Apply(string format, Arguments arguments, RenderBudget budget)
    {
        var result = new StringBuilder();
        var automatic = 0;
        for (var i = 0; i < format.Length; i++)
        {
            var c = format[i];
            if (c is '{' or '}' && i + 1 < format.Length && format[i + 1] == c)
            {
                result.Append(c);
                i++;
            }
            else if (c == '}')
            {
                throw TemplateErrors.Value("Single '}' encountered in format string");
            }
            else if (c == '{')
            {
                var end = format.IndexOf('}', i);
                if (end < 0)
                {
                    throw TemplateErrors.Value("expected '}' before end of string");
                }

                result.Append(Field(format[(i + 1)..end], arguments, ref automatic, budget));
                i = end;
            }
            else
            {
                result.Append(c);
            }

            RenderBudget.CheckLength(result.Length);
        }

        return budget.Text(result.ToString());
    }

    private static string Field(string field, Arguments arguments, ref int automatic, RenderBudget budget)
    {
        if (field.Contains('{'))
        {
            throw TemplateErrors.Value("a format inside a format is not supported");
        }

        var colon = field.IndexOf(':');
        var (head, spec) = colon < 0 ? (field, "") : (field[..colon], field[(colon + 1)..]);
        var bang = head.IndexOf('!');
        var (path, conversion) = bang < 0 ? (head, "") : (head[..bang], head[(bang + 1)..]);
        var value = Resolve(path, arguments, ref automatic, budget);
        return conversion switch
        {
            "" => FormatSpec.Apply(value, spec, budget),
            "s" => FormatSpec.Apply(ValueText.Str(value, budget), spec, budget),
            "r" => FormatSpec.Apply(ValueText.Repr(value, budget), spec, budget),
            _ => throw TemplateErrors.Value($"Unknown conversion specifier '{conversion}'"),
        };
    }

    private static object? Resolve(string path, Arguments arguments, ref int automatic, RenderBudget budget)
    {
        var end = path.AsSpan().IndexOfAny('.', '[');
        var name = end < 0 ? path : path[..end];
        object? value;
        if (name.Length == 0 || name.All(char.IsAsciiDigit))
        {
            var index = name.Length == 0 ? automatic++ : int.TryParse(name, out var given) ? given : int.MaxValue;
            value = index < arguments.Positional.Count
                ? arguments.Positional[index]
                : throw new ChatTemplateException("IndexError", $"Replacement index {index} out of range for positional args tuple");
        }
        else if (!arguments.Named.TryGetValue(name, out value))
        {
            throw new ChatTemplateException("KeyError", PythonText.Quote(name));
        }

        foreach (var part in end < 0 ? [] : path[end..].Split(['.', '['], StringSplitOptions.RemoveEmptyEntries))
        {
            value = part.EndsWith(']')
                ? Members.Item(value, long.TryParse(part[..^1], out var at) ? at : part[..^1], budget)
                : Members.Attribute(value, part, budget);
        }

        return value;
    }
}
