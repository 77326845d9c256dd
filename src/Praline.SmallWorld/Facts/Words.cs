namespace Praline.SmallWorld;

/// <summary>The one plain spelling of each value, as facts carry it: "red", "top left", "small".</summary>
public static class Words
{
    /// <summary>The words of an enum value, lower case.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum
    {
        var name = value.ToString();
        return string.Concat(name.Select((c, i) => char.IsUpper(c) && i > 0 ? $" {char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));
    }
}
