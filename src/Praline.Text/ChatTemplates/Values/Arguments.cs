namespace Praline.Text.ChatTemplates.Values;

/// <summary>The evaluated arguments of a call.</summary>
internal sealed record Arguments(IReadOnlyList<object?> Positional, IReadOnlyDictionary<string, object?> Named)
{
    /// <summary>Marks a parameter without a default.</summary>
    public static readonly object Required = new();

    public static Arguments None { get; } = new([], new Dictionary<string, object?>());

    public int Count => Positional.Count + Named.Count;

    /// <summary>The arguments in the order of a function's parameters, defaults filled in.</summary>
    /// <exception cref="ChatTemplateException">Too many, missing or unknown arguments.</exception>
    public object?[] Bind(string function, params ReadOnlySpan<(string Name, object? Default)> parameters)
    {
        if (Positional.Count > parameters.Length)
        {
            throw TemplateErrors.Type(
                $"{function}() takes at most {parameters.Length} arguments ({Positional.Count} given)");
        }

        var values = new object?[parameters.Length];
        var used = 0;
        for (var i = 0; i < parameters.Length; i++)
        {
            var (name, fallback) = parameters[i];
            var isNamed = Named.TryGetValue(name, out var named);
            used += isNamed ? 1 : 0;
            if (isNamed && i < Positional.Count)
            {
                throw TemplateErrors.Type($"{function}() got multiple values for argument '{name}'");
            }

            values[i] = i < Positional.Count ? Positional[i] : isNamed ? named : fallback;
            if (ReferenceEquals(values[i], Required))
            {
                throw TemplateErrors.Type($"{function}() missing 1 required positional argument: '{name}'");
            }
        }

        foreach (var (name, _) in Named)
        {
            if (used < Named.Count && !Contains(parameters, name))
            {
                throw TemplateErrors.Type($"{function}() got an unexpected keyword argument '{name}'");
            }
        }

        return values;
    }

    /// <summary>These arguments without the first <paramref name="count"/> positional ones.</summary>
    public Arguments Skip(int count) => this with { Positional = [.. Positional.Skip(count)] };

    private static bool Contains(ReadOnlySpan<(string Name, object? Default)> parameters, string name)
    {
        foreach (var parameter in parameters)
        {
            if (parameter.Name == name)
            {
                return true;
            }
        }

        return false;
    }
}
