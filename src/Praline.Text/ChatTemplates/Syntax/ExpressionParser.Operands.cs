using System.Globalization;

namespace Praline.Text.ChatTemplates.Syntax;

/// <summary>What operators stand between: literals and names, with their members, calls, filters and tests.</summary>
internal sealed partial class ExpressionParser
{
    // A chain such as a.b.c or x|f|g is as deep a tree as it is long.
    private const int LongestChain = 200;

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
