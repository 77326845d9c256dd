namespace Praline.Text.ChatTemplates.Values;

/// <summary>Goes through values as Python does: strings by character, dicts by key.</summary>
internal static class Iteration
{
    /// <exception cref="ChatTemplateException">The value can't be gone through.</exception>
    public static IEnumerable<object?> Of(object? value) => TryOf(value)
        ?? throw TemplateErrors.Type($"'{ValueKinds.NameOf(value)}' object is not iterable");

    public static IEnumerable<object?>? TryOf(object? value) => value switch
    {
        SequenceValue sequence => sequence.Items,
        GeneratorValue generator => generator.Remaining(),
        DictValue dict => dict.Entries.Select(e => e.Key),
        string text => text.EnumerateRunes().Select(object? (r) => r.ToString()),
        Undefined => [],
        _ => null,
    };

    /// <summary><c>len</c>.</summary>
    public static long Length(object? value) => value switch
    {
        string text => PythonText.Length(text),
        SequenceValue sequence => sequence.Items.Count,
        DictValue dict => dict.Count,
        Undefined => 0,
        _ => throw TemplateErrors.Type($"object of type '{ValueKinds.NameOf(value)}' has no len()"),
    };
}
