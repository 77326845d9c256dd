namespace Praline.Text.ChatTemplates.Syntax;

/// <summary>The statements of a template.</summary>
internal abstract record Statement
{
    public sealed record Text(string Value) : Statement;

    public sealed record Output(Expression Value) : Statement;

    public sealed record If(IReadOnlyList<(Expression Test, IReadOnlyList<Statement> Body)> Branches, IReadOnlyList<Statement> Else)
        : Statement;

    public sealed record For(AssignTarget Target, Expression Iterable, Expression? Condition, bool Recursive) : Statement
    {
        public required IReadOnlyList<Statement> Body { get; init; }

        public required IReadOnlyList<Statement> Else { get; init; }
    }

    public sealed record Set(AssignTarget Target, Expression Value) : Statement;

    /// <summary><c>{% set x %}…{% endset %}</c>, perhaps with filters.</summary>
    public sealed record SetBlock(AssignTarget Target, Expression? Filter, IReadOnlyList<Statement> Body) : Statement;

    public sealed record Macro(MacroDefinition Definition) : Statement;

    /// <summary><c>{% call(x) f() %}…{% endcall %}</c>: the body is the callee's <c>caller</c>.</summary>
    public sealed record Call(MacroDefinition Caller, Expression.Call Callee) : Statement;

    public sealed record FilterBlock(Expression Filter, IReadOnlyList<Statement> Body) : Statement;

    public sealed record With(IReadOnlyList<(AssignTarget Target, Expression Value)> Variables, IReadOnlyList<Statement> Body) : Statement;

    /// <summary><c>{% generation %}</c>: marks what the assistant wrote; rendered as its body.</summary>
    public sealed record Generation(IReadOnlyList<Statement> Body) : Statement;

    public sealed record Break : Statement;

    public sealed record Continue : Statement;
}
