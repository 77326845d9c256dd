namespace Praline.Text.ChatTemplates.Values;

/// <summary>
/// <c>namespace(…)</c>: the one value whose members a template may set, so that loops can pass something out.
/// </summary>
internal sealed class NamespaceValue
{
    public Dictionary<string, object?> Members { get; } = new(StringComparer.Ordinal);
}
