namespace Praline.Models.ChatTemplates.Syntax;

/// <summary>Parses a template's statements.</summary>
internal sealed class TemplateParser
{
    private readonly TokenStream tokens;
    private readonly ExpressionParser expressions;
    private int loops;

    private TemplateParser(string source)
    {
        tokens = new TokenStream(TemplateLexer.Tokenize(source));
        expressions = new ExpressionParser(tokens);
    }

    /// <exception cref="ChatTemplateException">The template is malformed; says on which line.</exception>
    public static IReadOnlyList<Statement> Parse(string source)
    {
        var parser = new TemplateParser(source);
        return parser.Body(untilEnd: true);
    }

    /// <summary>Statements up to a block that begins with one of the names, which is left to the caller.</summary>
    private List<Statement> Body(bool untilEnd = false, params string[] ends)
    {
        var body = new List<Statement>();
        while (true)
        {
            switch (tokens.Current.Kind)
            {
                case TemplateTokenKind.Data:
                    body.Add(new Statement.Text(tokens.Take().Text));
                    break;
                case TemplateTokenKind.VariableBegin:
                    tokens.Take();
                    body.Add(new Statement.Output(expressions.ParseTuple()));
                    tokens.Expect(TemplateTokenKind.VariableEnd, "end of print statement");
                    break;
                case TemplateTokenKind.BlockBegin:
                    tokens.Take();
                    if (ends.Any(tokens.Current.IsName))
                    {
                        return body;
                    }

                    body.Add(tokens.Nested(ParseStatement));
                    tokens.Expect(TemplateTokenKind.BlockEnd, "end of statement block");
                    break;
                default:
                    return untilEnd
                        ? body
                        : throw tokens.Fail($"Unexpected end of template; looking for {string.Join(" or ", ends.Select(e => $"'{e}'"))}");
            }
        }
    }

    /// <summary>The body behind a block's head, up to and with its end name.</summary>
    private List<Statement> Block(string end)
    {
        EndHead();
        var body = Body(ends: end);
        tokens.Take();
        return body;
    }

    private void EndHead()
    {
        tokens.TakeOperator(":");
        tokens.Expect(TemplateTokenKind.BlockEnd, "end of statement block");
    }

    private Statement ParseStatement()
    {
        var name = tokens.ExpectName();
        switch (name)
        {
            case "if": return If();
            case "for": return For();
            case "set": return Set();
            case "macro": return Macro();
            case "call": return Call();
            case "filter":
                var filter = expressions.ParseFilters(first: true);
                return new Statement.FilterBlock(filter, Block("endfilter"));
            case "with": return With();
            case "generation": return new Statement.Generation(Block("endgeneration"));
            case "break" when loops > 0: return new Statement.Break();
            case "continue" when loops > 0: return new Statement.Continue();
            case "break" or "continue": throw tokens.Fail($"'{name}' outside of a loop");
            case "include" or "import" or "from" or "extends" or "block" or "do" or "autoescape" or "print":
                throw tokens.Fail($"the tag '{name}' is not part of chat templates");
            default: throw tokens.Fail($"Encountered unknown tag '{name}'.");
        }
    }

    private Statement.If If()
    {
        var branches = new List<(Expression, IReadOnlyList<Statement>)>();
        while (true)
        {
            var test = expressions.ParseTuple(allowConditional: false);
            EndHead();
            branches.Add((test, Body(false, "elif", "else", "endif")));
            var next = tokens.Take().Text;
            if (next != "elif")
            {
                return new Statement.If(branches, next == "else" ? Block("endif") : []);
            }
        }
    }

    private Statement.For For()
    {
        var target = Target(allowMember: false);
        if (!tokens.TakeName("in"))
        {
            throw tokens.Unexpected("'in'");
        }

        var iterable = expressions.ParseTuple(
            allowConditional: false, atEnd: () => tokens.Current.IsName("recursive") || tokens.Current.IsName("if"));
        var condition = tokens.TakeName("if") ? expressions.Parse() : null;
        var recursive = tokens.TakeName("recursive");
        EndHead();
        loops++;
        var body = Body(false, "else", "endfor");
        loops--;
        return new Statement.For(target, iterable, condition, recursive)
        {
            Body = body,
            Else = tokens.Take().Text == "else" ? Block("endfor") : [],
        };
    }

    private Statement Set()
    {
        var target = Target(allowMember: true);
        if (tokens.TakeOperator("="))
        {
            return new Statement.Set(target, expressions.ParseTuple());
        }

        var filter = tokens.TakeOperator("|") ? expressions.ParseFilters(first: true) : null;
        return new Statement.SetBlock(target, filter, Block("endset"));
    }

    private Statement.Macro Macro()
    {
        var name = tokens.ExpectName();
        return new Statement.Macro(Definition(name, Parameters(), "endmacro"));
    }

    private Statement.Call Call()
    {
        var parameters = tokens.Current.IsOperator("(") ? Parameters() : [];
        var callee = expressions.Parse() as Expression.Call ?? throw tokens.Fail("expected call");
        return new Statement.Call(Definition(null, parameters, "endcall"), callee);
    }

    private MacroDefinition Definition(string? name, IReadOnlyList<(string, Expression?)> parameters, string end)
    {
        // A loop around a macro is not one that its body may break.
        var outer = loops;
        loops = 0;
        var start = tokens.Position;
        var body = Block(end);
        loops = outer;
        return new MacroDefinition(name, parameters, body)
        {
            TakesVarargs = tokens.WasNamed("varargs", start),
            TakesKwargs = tokens.WasNamed("kwargs", start),
        };
    }

    private List<(string Name, Expression? Default)> Parameters()
    {
        var parameters = new List<(string, Expression?)>();
        tokens.ExpectOperator("(");
        while (!tokens.TakeOperator(")"))
        {
            if (parameters.Count > 0)
            {
                tokens.ExpectOperator(",");
            }

            var name = tokens.ExpectName();
            var value = tokens.TakeOperator("=") ? expressions.Parse() : null;
            if (value is null && parameters.Any(p => p.Item2 is not null))
            {
                throw tokens.Fail("non-default argument follows default argument");
            }

            parameters.Add((name, value));
        }

        return parameters;
    }

    private Statement.With With()
    {
        var variables = new List<(AssignTarget, Expression)>();
        while (tokens.Current.Kind != TemplateTokenKind.BlockEnd)
        {
            if (variables.Count > 0)
            {
                tokens.ExpectOperator(",");
            }

            var target = Target(allowMember: false);
            tokens.ExpectOperator("=");
            variables.Add((target, expressions.Parse()));
        }

        return new Statement.With(variables, Block("endwith"));
    }

    private AssignTarget Target(bool allowMember)
    {
        var items = new List<AssignTarget> { TargetItem(allowMember) };
        var isTuple = false;
        while (tokens.TakeOperator(","))
        {
            isTuple = true;
            if (tokens.Current.Kind != TemplateTokenKind.Name || tokens.Current.IsName("in"))
            {
                break;
            }

            items.Add(TargetItem(allowMember));
        }

        return isTuple ? new AssignTarget.Unpack(items) : items[0];
    }

    private AssignTarget TargetItem(bool allowMember)
    {
        if (tokens.TakeOperator("("))
        {
            var inner = tokens.Nested(() => Target(allowMember));
            tokens.ExpectOperator(")");
            return inner;
        }

        var name = tokens.ExpectName();
        if (name is "true" or "false" or "none" or "True" or "False" or "None")
        {
            throw tokens.Fail($"can't assign to '{name}'");
        }

        return allowMember && tokens.TakeOperator(".")
            ? new AssignTarget.Member(name, tokens.ExpectName())
            : new AssignTarget.Name(name);
    }
}
