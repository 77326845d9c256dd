namespace Praline.Text.ChatTemplates.Syntax;

/// <summary>What may stand left of an assignment.</summary>
internal abstract record AssignTarget
{
    public sealed record Name(string Identifier) : AssignTarget;

    /// <summary><c>namespace.attribute</c>.</summary>
    public sealed record Member(string Namespace, string Attribute) : AssignTarget;

    public sealed record Unpack(IReadOnlyList<AssignTarget> Items) : AssignTarget;
}
