namespace Praline.Text.ChatTemplates.Values;

/// <summary>A function, bound method or macro.</summary>
internal sealed class CallableValue(string name, Func<Arguments, object?> function)
{
    /// <summary>What printing it shows.</summary>
    public string Name { get; } = name;

    /// <summary>Members that a template may read, such as a macro's name.</summary>
    public IReadOnlyDictionary<string, object?> Members { get; init; } = new Dictionary<string, object?>();

    public object? Call(Arguments arguments) => function(arguments);
}
