using Praline.Text.ChatTemplates.Values;

namespace Praline.Text.ChatTemplates.Rendering;

/// <summary>Arithmetic as in Python: on numbers, and the uses of <c>+ * %</c> on texts and lists.</summary>
internal static class Calculator
{
    public static object? Apply(string operatorText, object? left, object? right, RenderBudget budget)
    {
        budget.Step();
        if (left is Undefined undefinedLeft)
        {
            throw undefinedLeft.Error();
        }

        if (right is Undefined undefinedRight && !(operatorText == "%" && left is string))
        {
            throw undefinedRight.Error();
        }

        if (Numbers.TryPair(left, right, out var x, out var y))
        {
            try
            {
                return x is long a && y is long b ? OnWhole(operatorText, a, b) : OnReal(operatorText, Numbers.Real(x), Numbers.Real(y));
            }
            catch (OverflowException)
            {
                throw new ChatTemplateException("OverflowError", $"the result of '{operatorText}' is a whole number beyond 64 bits");
            }
        }

        return (operatorText, left, right) switch
        {
            ("+", string a, string b) => Join(a, b, budget),
            ("+", SequenceValue { Kind: SequenceKind.List or SequenceKind.Tuple } a, SequenceValue b) when a.Kind == b.Kind => Join(a, b, budget),
            ("*", string or SequenceValue, long or bool) => Repeat(left, Numbers.Whole(right), budget),
            ("*", long or bool, string or SequenceValue) => Repeat(right, Numbers.Whole(left), budget),
            ("%", string format, _) => PercentFormat.Apply(format, right, budget),
            ("+", string, _) => throw TemplateErrors.Type($"can only concatenate str (not \"{ValueKinds.NameOf(right)}\") to str"),
            ("+", SequenceValue { Kind: SequenceKind.List or SequenceKind.Tuple }, _) => throw TemplateErrors.Type(
                $"can only concatenate {ValueKinds.NameOf(left)} (not \"{ValueKinds.NameOf(right)}\") to {ValueKinds.NameOf(left)}"),
            _ => throw TemplateErrors.Type(
                $"unsupported operand type(s) for {(operatorText == "**" ? "** or pow()" : operatorText)}: "
                + $"'{ValueKinds.NameOf(left)}' and '{ValueKinds.NameOf(right)}'"),
        };
    }

    public static object Sign(bool negative, object? value) => Numbers.TryOf(value, out var number)
        ? number is long whole
            ? negative ? whole == long.MinValue ? throw new ChatTemplateException("OverflowError", "the number is beyond 64 bits") : -whole : whole
            : negative ? -(double)number : number
        : throw (value is Undefined undefined
            ? undefined.Error()
            : TemplateErrors.Type($"bad operand type for unary {(negative ? '-' : '+')}: '{ValueKinds.NameOf(value)}'"));

    private static string Join(string left, string right, RenderBudget budget)
    {
        budget.Characters((long)left.Length + right.Length);
        return left + right;
    }

    private static SequenceValue Join(SequenceValue left, SequenceValue right, RenderBudget budget)
    {
        budget.Items((long)left.Items.Count + right.Items.Count);
        return new SequenceValue(left.Kind, [.. left.Items, .. right.Items]);
    }

    private static object Repeat(object value, long count, RenderBudget budget)
    {
        count = Math.Clamp(count, 0, int.MaxValue);
        if (value is string text)
        {
            budget.Characters(text.Length * count);
            return string.Concat(Enumerable.Repeat(text, text.Length == 0 ? 0 : (int)count));
        }

        var sequence = (SequenceValue)value;
        if (sequence.Kind is not (SequenceKind.List or SequenceKind.Tuple))
        {
            throw TemplateErrors.Type($"unsupported operand type(s) for *: '{ValueKinds.NameOf(value)}' and 'int'");
        }

        budget.Items(sequence.Items.Count * count);
        return new SequenceValue(
            sequence.Kind, [.. Enumerable.Repeat(sequence.Items, sequence.Items.Count == 0 ? 0 : (int)count).SelectMany(items => items)]);
    }

    private static object OnWhole(string operatorText, long a, long b) => operatorText switch
    {
        "+" => checked(a + b),
        "-" => checked(a - b),
        "*" => checked(a * b),
        "/" => b == 0 ? throw DivisionByZero("division by zero") : (double)a / b,
        "//" => b == 0 ? throw DivisionByZero("integer division or modulo by zero") : FloorDivide(a, b),
        "%" => b == 0 ? throw DivisionByZero("integer modulo by zero") : b == -1 ? 0L : FloorModulo(a, b),
        _ => b >= 0 ? Power(a, b) : OnReal(operatorText, a, b),
    };

    private static object OnReal(string operatorText, double a, double b) => operatorText switch
    {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" => b == 0 ? throw DivisionByZero("float division by zero") : a / b,
        "//" => b == 0 ? throw DivisionByZero("float floor division by zero") : Math.Floor(a / b),
        "%" => b == 0 ? throw DivisionByZero("float modulo") : a - (b * Math.Floor(a / b)),
        _ => a == 0 && b < 0 ? throw DivisionByZero("0.0 cannot be raised to a negative power") : Math.Pow(a, b),
    };

    private static long FloorDivide(long a, long b)
    {
        var quotient = checked(a / b);
        return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
    }

    private static long FloorModulo(long a, long b)
    {
        var rest = a % b;
        return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
    }

    private static long Power(long value, long exponent)
    {
        if (value is 0 or 1 or -1)
        {
            return exponent == 0 ? 1 : value == -1 && exponent % 2 == 0 ? 1 : value;
        }

        var result = 1L;
        for (; exponent > 0; exponent--)
        {
            // Overflows after 63 rounds at the latest.
            result = checked(result * value);
        }

        return result;
    }

    private static ChatTemplateException DivisionByZero(string message) => new("ZeroDivisionError", message);
}
