namespace Praline.Text.ChatTemplates.Syntax;

/// <summary>Parses Jinja's expressions, one method for each level of precedence, loosest first.</summary>
internal sealed partial class ExpressionParser(TokenStream tokens)
{
    private static readonly string[] Comparisons = ["==", "!=", "<", "<=", ">", ">="];

    /// <summary>An expression, with <c>a if b else c</c> unless told otherwise.</summary>
    public Expression Parse(bool allowConditional = true) =>
        tokens.Nested(() => allowConditional ? Conditional() : Or());

    /// <summary>An expression, or several with commas between: a tuple.</summary>
    public Expression ParseTuple(bool allowConditional = true, Func<bool>? atEnd = null, bool inParentheses = false)
    {
        var items = new List<Expression>();
        var isTuple = false;
        while (!AtTupleEnd(atEnd))
        {
            items.Add(Parse(allowConditional));
            if (!tokens.TakeOperator(","))
            {
                break;
            }

            isTuple = true;
        }

        return isTuple || (items.Count == 0 && inParentheses) ? new Expression.Tuple(items)
            : items.Count == 1 ? items[0]
            : throw tokens.Unexpected("an expression");
    }

    /// <summary>Filters behind a block's name: <c>{% filter upper|trim %}</c>.</summary>
    public Expression ParseFilters(bool first)
    {
        Expression? filter = null;
        while (first || tokens.TakeOperator("|"))
        {
            first = false;
            filter = ParseFilter(filter);
        }

        return filter ?? throw tokens.Unexpected("a filter");
    }

    private bool AtTupleEnd(Func<bool>? atEnd) =>
        tokens.Current.Kind is TemplateTokenKind.VariableEnd or TemplateTokenKind.BlockEnd
        || tokens.Current.IsOperator(")") || atEnd?.Invoke() == true;

    private Expression Conditional()
    {
        var value = Or();
        while (tokens.TakeName("if"))
        {
            var test = Or();
            value = new Expression.Conditional(test, value, tokens.TakeName("else") ? tokens.Nested(Conditional) : null);
        }

        return value;
    }

    private Expression Or()
    {
        var left = And();
        while (tokens.TakeName("or"))
        {
            left = new Expression.Or(left, And());
        }

        return left;
    }

    private Expression And()
    {
        var left = Not();
        while (tokens.TakeName("and"))
        {
            left = new Expression.And(left, Not());
        }

        return left;
    }

    private Expression Not() => tokens.TakeName("not") ? new Expression.Not(tokens.Nested(Not)) : Compare();

    private Expression Compare()
    {
        var first = Sum();
        var rest = new List<(string, Expression)>();
        while (true)
        {
            if (tokens.Current.Kind == TemplateTokenKind.Operator && Comparisons.Contains(tokens.Current.Text))
            {
                rest.Add((tokens.Take().Text, Sum()));
            }
            else if (tokens.TakeName("in"))
            {
                rest.Add(("in", Sum()));
            }
            else if (tokens.Current.IsName("not") && tokens.Next.IsName("in"))
            {
                tokens.Take();
                tokens.Take();
                rest.Add(("not in", Sum()));
            }
            else
            {
                return rest.Count == 0 ? first : new Expression.Compare(first, rest);
            }
        }
    }

    private Expression Sum() => LeftAssociative(Concat, "+", "-");

    private Expression Concat()
    {
        var first = Product();
        if (!tokens.Current.IsOperator("~"))
        {
            return first;
        }

        var items = new List<Expression> { first };
        while (tokens.TakeOperator("~"))
        {
            items.Add(Product());
        }

        return new Expression.Concat(items);
    }

    private Expression Product() => LeftAssociative(Power, "*", "/", "//", "%");

    private Expression Power() => LeftAssociative(() => Unary(), "**");

    private Expression LeftAssociative(Func<Expression> operand, params string[] operators)
    {
        var left = operand();
        while (tokens.Current.Kind == TemplateTokenKind.Operator && operators.Contains(tokens.Current.Text))
        {
            left = new Expression.Arithmetic(tokens.Take().Text, left, operand());
        }

        return left;
    }

    private Expression Unary(bool allowFilter = true)
    {
        Expression value;
        if (tokens.TakeOperator("-"))
        {
            value = new Expression.Sign(true, tokens.Nested(() => Unary(allowFilter: false)));
        }
        else if (tokens.TakeOperator("+"))
        {
            value = new Expression.Sign(false, tokens.Nested(() => Unary(allowFilter: false)));
        }
        else
        {
            value = Primary();
        }

        value = Postfix(value);
        return allowFilter ? FiltersAndTests(value) : value;
    }
}
