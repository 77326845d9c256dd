namespace Praline.Text.ChatTemplates.Syntax;

/// <summary>The expressions of a template.</summary>
internal abstract record Expression
{
    public sealed record Constant(object? Value) : Expression;

    public sealed record Name(string Identifier) : Expression;

    public sealed record List(IReadOnlyList<Expression> Items) : Expression;

    public sealed record Tuple(IReadOnlyList<Expression> Items) : Expression;

    public sealed record Dict(IReadOnlyList<(Expression Key, Expression Value)> Items) : Expression;

    public sealed record Not(Expression Operand) : Expression;

    /// <summary><c>-x</c> or <c>+x</c>.</summary>
    public sealed record Sign(bool Negative, Expression Operand) : Expression;

    /// <summary><c>+ - * / // % **</c>.</summary>
    public sealed record Arithmetic(string Operator, Expression Left, Expression Right) : Expression;

    /// <summary><c>a ~ b ~ c</c>: the texts of all, joined.</summary>
    public sealed record Concat(IReadOnlyList<Expression> Items) : Expression;

    /// <summary><c>a &lt; b &lt;= c</c>, also <c>in</c> and <c>not in</c>.</summary>
    public sealed record Compare(Expression First, IReadOnlyList<(string Operator, Expression Operand)> Rest) : Expression;

    public sealed record And(Expression Left, Expression Right) : Expression;

    public sealed record Or(Expression Left, Expression Right) : Expression;

    /// <summary><c>a if condition else b</c>.</summary>
    public sealed record Conditional(Expression Condition, Expression Then, Expression? Else) : Expression;

    public sealed record Attribute(Expression Target, string Member) : Expression;

    public sealed record Item(Expression Target, Expression Index) : Expression;

    /// <summary><c>[start:stop:step]</c> as an index.</summary>
    public sealed record Slice(Expression? Start, Expression? Stop, Expression? Step) : Expression;

    public sealed record Call(Expression Target, CallArguments Arguments) : Expression;

    /// <summary>A filter; <paramref name="Target"/> is null for the text of a filter block.</summary>
    public sealed record Filter(Expression? Target, string Named, CallArguments Arguments) : Expression;

    public sealed record Test(Expression Target, string Named, CallArguments Arguments) : Expression;
}
