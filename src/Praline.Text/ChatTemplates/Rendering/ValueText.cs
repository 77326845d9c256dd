using System.Globalization;
using System.Text;
using Praline.Text.ChatTemplates.Values;

namespace Praline.Text.ChatTemplates.Rendering;

/// <summary><c>str</c> and <c>repr</c> of values, as Python prints them.</summary>
internal static class ValueText
{
    /// <summary><c>str(value)</c>; what a template prints.</summary>
    public static string Str(object? value, RenderBudget budget) => value switch
    {
        string text => text,
        Undefined => "",
        _ => Repr(value, budget),
    };

    public static string Repr(object? value, RenderBudget budget)
    {
        var result = new StringBuilder();
        Append(value, result, budget);
        return budget.Text(result.ToString());
    }

    /// <summary>
    /// A float as Python prints it: the shortest that reads back the same, with a fraction or an exponent.
    /// </summary>
    public static string Float(double value)
    {
        if (double.IsNaN(value) || double.IsInfinity(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }

        var (digits, exponent) = Digits(value.ToString("R", CultureInfo.InvariantCulture));
        var sign = double.IsNegative(value) ? "-" : "";
        if (exponent is < -4 or >= 16)
        {
            var mantissa = digits.Length == 1 ? digits : $"{digits[0]}.{digits[1..]}";
            return $"{sign}{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        if (exponent < 0)
        {
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        }

        return digits.Length <= exponent + 1
            ? $"{sign}{digits.PadRight(exponent + 1, '0')}.0"
            : $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    /// <summary>The significant digits of a number's text and the exponent of the first.</summary>
    private static (string Digits, int Exponent) Digits(string text)
    {
        text = text.TrimStart('-');
        var exponent = 0;
        if (text.IndexOf('E') is >= 0 and var e)
        {
            exponent = int.Parse(text[(e + 1)..], CultureInfo.InvariantCulture);
            text = text[..e];
        }

        var point = text.IndexOf('.') is >= 0 and var p ? p : text.Length;
        var all = text.Replace(".", "");
        var leading = all.Length - all.TrimStart('0').Length;
        var digits = all.Trim('0');
        return digits.Length == 0 ? ("0", 0) : (digits, exponent + point - 1 - leading);
    }

    private static void Append(object? value, StringBuilder result, RenderBudget budget)
    {
        budget.Step();
        RenderBudget.CheckLength(result.Length);
        switch (value)
        {
            case null: result.Append("None"); break;
            case bool flag: result.Append(flag ? "True" : "False"); break;
            case long number: result.Append(number.ToString(CultureInfo.InvariantCulture)); break;
            case double number: result.Append(Float(number)); break;
            case string text:
                budget.Characters(text.Length);
                result.Append(PythonText.Quote(text));
                break;
            case Undefined: result.Append("Undefined"); break;
            case SequenceValue sequence: AppendSequence(sequence, result, budget); break;
            case DictValue dict: AppendDict(dict, result, budget); break;
            case NamespaceValue ns:
                result.Append("<Namespace ");
                AppendDict(DictValue.Of(ns.Members.Select(m => (m.Key, m.Value))), result, budget);
                result.Append('>');
                break;
            case GeneratorValue: result.Append("<generator object>"); break;
            case CallableValue callable: result.Append(callable.Name); break;
            default: result.Append($"<{ValueKinds.NameOf(value)}>"); break;
        }

    }

    private static void AppendSequence(SequenceValue sequence, StringBuilder result, RenderBudget budget)
    {
        if (sequence.Kind == SequenceKind.Range)
        {
            AppendRange(sequence, result);
            return;
        }

        var (open, close) = sequence.Kind switch
        {
            SequenceKind.List => ("[", "]"),
            SequenceKind.Tuple => ("(", sequence.Items.Count == 1 ? ",)" : ")"),
            _ => ($"{ValueKinds.NameOf(sequence)}([", "])"),
        };
        result.Append(open);
        for (var i = 0; i < sequence.Items.Count; i++)
        {
            result.Append(i == 0 ? "" : ", ");
            Append(sequence.Items[i], result, budget);
        }

        result.Append(close);
    }

    private static void AppendRange(SequenceValue range, StringBuilder result)
    {
        var first = range.Items.Count > 0 ? (long)range.Items[0]! : 0;
        var step = range.Items.Count > 1 ? (long)range.Items[1]! - first : 1;
        var end = first + (step * range.Items.Count);
        result.Append(CultureInfo.InvariantCulture, $"range({first}, {end}{(step == 1 ? "" : $", {step}")})");
    }

    private static void AppendDict(DictValue dict, StringBuilder result, RenderBudget budget)
    {
        result.Append('{');
        var first = true;
        foreach (var (key, value) in dict.Entries)
        {
            result.Append(first ? "" : ", ");
            first = false;
            Append(key, result, budget);
            result.Append(": ");
            Append(value, result, budget);
        }

        result.Append('}');
    }
}
