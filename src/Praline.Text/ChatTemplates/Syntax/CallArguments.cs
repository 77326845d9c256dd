namespace Praline.Text.ChatTemplates.Syntax;

/// <summary>The arguments of a call as written.</summary>
internal sealed record CallArguments(
    IReadOnlyList<Expression> Positional,
    IReadOnlyList<(string Name, Expression Value)> Named,
    Expression? Spread = null,
    Expression? NamedSpread = null)
{
    public static CallArguments None { get; } = new([], []);
}
