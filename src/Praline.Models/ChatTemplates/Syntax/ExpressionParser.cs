using System.Globalization;

namespace Praline.Models.ChatTemplates.Syntax;

/// <summary>Parses Jinja's expressions, one method for each level of precedence, loosest first.</summary>
internal sealed class ExpressionParser(TokenStream tokens)
{
    // A chain such as a.b.c or x|f|g is as deep a tree as it is long.
    private const int LongestChain = 200;

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

    private Expression Primary()
    {
        var token = tokens.Current;
        switch (token.Kind)
        {
            case TemplateTokenKind.Name:
                tokens.Take();
                return token.Text switch
                {
                    "true" or "True" => new Expression.Constant(true),
                    "false" or "False" => new Expression.Constant(false),
                    "none" or "None" => new Expression.Constant(null),
                    _ => new Expression.Name(token.Text),
                };
            case TemplateTokenKind.String:
                var text = tokens.Take().Text;
                while (tokens.Current.Kind == TemplateTokenKind.String)
                {
                    text += tokens.Take().Text;
                }

                return new Expression.Constant(text);
            case TemplateTokenKind.Integer:
                tokens.Take();
                return new Expression.Constant(Integer(token));
            case TemplateTokenKind.Float:
                tokens.Take();
                return new Expression.Constant(double.Parse(token.Text, CultureInfo.InvariantCulture));
            case TemplateTokenKind.Operator when token.Text == "(":
                tokens.Take();
                var inner = ParseTuple(inParentheses: true);
                tokens.ExpectOperator(")");
                return inner;
            case TemplateTokenKind.Operator when token.Text == "[":
                tokens.Take();
                return new Expression.List(Items("]", () => Parse()));
            case TemplateTokenKind.Operator when token.Text == "{":
                tokens.Take();
                return new Expression.Dict(Items("}", Pair));
            default:
                throw tokens.Unexpected("an expression");
        }
    }

    private static object Integer(TemplateToken token)
    {
        var text = token.Text;
        var radix = text.Length > 1 ? char.ToLowerInvariant(text[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 10 } : 10;
        try
        {
            return radix == 10 ? long.Parse(text, CultureInfo.InvariantCulture) : Convert.ToInt64(text[2..], radix);
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            throw TemplateLexer.Fail($"'{text}' is not a whole number below 2^63", token.Line);
        }
    }

    private (Expression Key, Expression Value) Pair()
    {
        var key = Parse();
        tokens.ExpectOperator(":");
        return (key, Parse());
    }

    private List<T> Items<T>(string close, Func<T> parse)
    {
        var items = new List<T>();
        while (!tokens.TakeOperator(close))
        {
            if (items.Count > 0)
            {
                tokens.ExpectOperator(",");
                if (tokens.TakeOperator(close))
                {
                    break;
                }
            }

            items.Add(parse());
        }

        return items;
    }

    private Expression Postfix(Expression value)
    {
        for (var length = 0; ; length++)
        {
            CheckChain(length);
            if (tokens.TakeOperator("."))
            {
                var member = tokens.Take();
                value = member.Kind switch
                {
                    TemplateTokenKind.Name => new Expression.Attribute(value, member.Text),
                    TemplateTokenKind.Integer => new Expression.Item(value, new Expression.Constant(Integer(member))),
                    _ => throw tokens.Fail("expected name or number behind '.'"),
                };
            }
            else if (tokens.TakeOperator("["))
            {
                value = new Expression.Item(value, Subscript());
            }
            else if (tokens.Current.IsOperator("("))
            {
                value = new Expression.Call(value, Arguments());
            }
            else
            {
                return value;
            }
        }
    }

    private void CheckChain(int length)
    {
        if (length > LongestChain)
        {
            throw tokens.Fail($"more than {LongestChain} members, calls or filters in a row");
        }
    }

    private Expression Subscript()
    {
        var items = new List<Expression>();
        while (!tokens.TakeOperator("]"))
        {
            if (items.Count > 0)
            {
                tokens.ExpectOperator(",");
            }

            items.Add(IndexOrSlice());
        }

        return items.Count == 1 ? items[0] : new Expression.Tuple(items);
    }

    private Expression IndexOrSlice()
    {
        var start = tokens.Current.IsOperator(":") ? null : Parse();
        if (!tokens.TakeOperator(":"))
        {
            return start!;
        }

        var stop = AtSliceEnd() || tokens.Current.IsOperator(":") ? null : Parse();
        var step = tokens.TakeOperator(":") && !AtSliceEnd() ? Parse() : null;
        return new Expression.Slice(start, stop, step);
    }

    private bool AtSliceEnd() => tokens.Current.IsOperator("]") || tokens.Current.IsOperator(",");

    private Expression FiltersAndTests(Expression value)
    {
        for (var length = 0; ; length++)
        {
            CheckChain(length);
            if (tokens.TakeOperator("|"))
            {
                value = ParseFilter(value);
            }
            else if (tokens.TakeName("is"))
            {
                value = Test(value);
            }
            else if (tokens.Current.IsOperator("("))
            {
                value = new Expression.Call(value, Arguments());
            }
            else
            {
                return value;
            }
        }
    }

    private Expression.Filter ParseFilter(Expression? target)
    {
        var name = DottedName();
        return new Expression.Filter(target, name, tokens.Current.IsOperator("(") ? Arguments() : CallArguments.None);
    }

    private Expression Test(Expression target)
    {
        var negated = tokens.TakeName("not");
        var name = DottedName();
        var arguments = CallArguments.None;
        if (tokens.Current.IsOperator("("))
        {
            arguments = Arguments();
        }
        else if (TakesOperand(tokens.Current))
        {
            // A test's operand needs no parentheses: "is divisibleby 3".
            arguments = new CallArguments([Postfix(Primary())], []);
        }

        var test = new Expression.Test(target, name, arguments);
        return negated ? new Expression.Not(test) : test;
    }

    private bool TakesOperand(TemplateToken token)
    {
        if (token.IsName("is"))
        {
            throw tokens.Fail("You cannot chain multiple tests with is");
        }

        return token.Kind switch
        {
            TemplateTokenKind.Name => token.Text is not ("else" or "or" or "and"),
            TemplateTokenKind.String or TemplateTokenKind.Integer or TemplateTokenKind.Float => true,
            _ => token.IsOperator("[") || token.IsOperator("{"),
        };
    }

    private string DottedName()
    {
        var name = tokens.ExpectName();
        while (tokens.TakeOperator("."))
        {
            name += "." + tokens.ExpectName();
        }

        return name;
    }

    private CallArguments Arguments()
    {
        tokens.ExpectOperator("(");
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        Expression? spread = null, namedSpread = null;
        Items(")", () =>
        {
            if (tokens.TakeOperator("*"))
            {
                Ensure(spread is null && namedSpread is null);
                spread = Parse();
            }
            else if (tokens.TakeOperator("**"))
            {
                Ensure(namedSpread is null);
                namedSpread = Parse();
            }
            else if (tokens.Current.Kind == TemplateTokenKind.Name && tokens.Next.IsOperator("="))
            {
                Ensure(namedSpread is null);
                var name = tokens.Take().Text;
                tokens.Take();
                named.Add((name, Parse()));
            }
            else
            {
                Ensure(spread is null && namedSpread is null && named.Count == 0);
                positional.Add(Parse());
            }

            return 0;
        });
        return new CallArguments(positional, named, spread, namedSpread);
    }

    private void Ensure(bool condition)
    {
        if (!condition)
        {
            throw tokens.Fail("invalid syntax for function call expression");
        }
    }
}
