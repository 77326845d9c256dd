namespace Praline.Text.ChatTemplates.Values;

/// <summary>Python's names of the types that values stand for.</summary>
internal static class ValueKinds
{
    public static string NameOf(object? value) => value switch
    {
        null => "NoneType",
        bool => "bool",
        long => "int",
        double => "float",
        string => "str",
        SequenceValue sequence => sequence.Kind switch
        {
            SequenceKind.List => "list",
            SequenceKind.Tuple => "tuple",
            SequenceKind.Range => "range",
            SequenceKind.DictKeys => "dict_keys",
            SequenceKind.DictValues => "dict_values",
            _ => "dict_items",
        },
        DictValue => "dict",
        NamespaceValue => "Namespace",
        GeneratorValue => "generator",
        Undefined => "Undefined",
        CallableValue => "function",
        _ => value.GetType().Name,
    };

    /// <summary>How a missing member's error calls its owner: <c>'dict object'</c>, <c>'None'</c>.</summary>
    public static string Describe(object? value) => value switch
    {
        null => "None",
        NamespaceValue => "jinja2.utils.Namespace object",
        _ => $"{NameOf(value)} object",
    };
}
