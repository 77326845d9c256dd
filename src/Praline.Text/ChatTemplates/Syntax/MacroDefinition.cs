namespace Praline.Text.ChatTemplates.Syntax;

/// <summary>A macro, or the body of a call block (which has no name).</summary>
internal sealed record MacroDefinition(
    string? Name,
    IReadOnlyList<(string Name, Expression? Default)> Parameters,
    IReadOnlyList<Statement> Body)
{
    /// <summary>The body names <c>varargs</c>: it takes any number of positional arguments.</summary>
    public bool TakesVarargs { get; init; }

    /// <summary>The body names <c>kwargs</c>: it takes any named arguments.</summary>
    public bool TakesKwargs { get; init; }
}
