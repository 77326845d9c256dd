namespace Praline.Text.ChatTemplates.Values;

/// <summary>
/// Numbers among values: whole ones are <see cref="long"/>, others <see cref="double"/>, and bools count as 0 and 1.
/// </summary>
internal static class Numbers
{
    public static bool TryOf(object? value, out object number)
    {
        number = value switch { bool flag => flag ? 1L : 0L, long or double => value, _ => 0L };
        return value is bool or long or double;
    }

    public static bool TryPair(object? left, object? right, out object leftNumber, out object rightNumber)
    {
        rightNumber = 0L;
        return TryOf(left, out leftNumber) && TryOf(right, out rightNumber);
    }

    public static double Real(object number) => number is long whole ? whole : (double)number;

    /// <summary>A whole number that a function asks for.</summary>
    public static long Whole(object? value) => value switch
    {
        long number => number,
        bool flag => flag ? 1 : 0,
        Undefined undefined => throw undefined.Error(),
        _ => throw TemplateErrors.Type($"'{ValueKinds.NameOf(value)}' object cannot be interpreted as an integer"),
    };
}
