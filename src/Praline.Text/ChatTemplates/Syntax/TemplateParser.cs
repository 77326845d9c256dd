namespace Praline.Text.ChatTemplates.Syntax;

/// <summary>Parses a template's statements.</summary>
internal sealed class TemplateParser
{
    private readonly TokenStream _tokens;
    private readonly ExpressionParser _expressions;
    private int _loops;

    private TemplateParser(string source)
    {
        _tokens = new TokenStream(TemplateLexer.Tokenize(source));
        _expressions = new ExpressionParser(_tokens);
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
            switch (_tokens.Current.Kind)
            {
                case TemplateTokenKind.Data:
                    body.Add(new Statement.Text(_tokens.Take().Text));
                    break;
                case TemplateTokenKind.VariableBegin:
                    _tokens.Take();
                    body.Add(new Statement.Output(_expressions.ParseTuple()));
                    _tokens.Expect(TemplateTokenKind.VariableEnd, "end of print statement");
                    break;
                case TemplateTokenKind.BlockBegin:
                    _tokens.Take();
                    if (ends.Any(_tokens.Current.IsName))
                    {
                        return body;
                    }

                    body.Add(_tokens.Nested(ParseStatement));
                    _tokens.Expect(TemplateTokenKind.BlockEnd, "end of statement block");
                    break;
                default:
                    return untilEnd
                        ? body
                        : throw _tokens.Fail($"Unexpected end of template; looking for {string.Join(" or ", ends.Select(e => $"'{e}'"))}");
            }
        }
    }

    /// <summary>The body behind a block's head, up to and with its end name.</summary>
    private List<Statement> Block(string end)
    {
        EndHead();
        var body = Body(ends: end);
        _tokens.Take();
        return body;
    }

    private void EndHead()
    {
        _tokens.TakeOperator(":");
        _tokens.Expect(TemplateTokenKind.BlockEnd, "end of statement block");
    }

    private Statement ParseStatement()
    {
        var name = _tokens.ExpectName();
        switch (name)
        {
            case "if": return If();
            case "for": return For();
            case "set": return Set();
            case "macro": return Macro();
            case "call": return Call();
            case "filter":
                var filter = _expressions.ParseFilters(first: true);
                return new Statement.FilterBlock(filter, Block("endfilter"));
            case "with": return With();
            case "generation": return new Statement.Generation(Block("endgeneration"));
            case "break" when _loops > 0: return new Statement.Break();
            case "continue" when _loops > 0: return new Statement.Continue();
            case "break" or "continue": throw _tokens.Fail($"'{name}' outside of a loop");
            case "include" or "import" or "from" or "extends" or "block" or "do" or "autoescape" or "print":
                throw _tokens.Fail($"the tag '{name}' is not part of chat templates");
            default: throw _tokens.Fail($"Encountered unknown tag '{name}'.");
        }
    }

    private Statement.If If()
    {
        var branches = new List<(Expression, IReadOnlyList<Statement>)>();
        while (true)
        {
            var test = _expressions.ParseTuple(allowConditional: false);
            EndHead();
            branches.Add((test, Body(false, "elif", "else", "endif")));
            var next = _tokens.Take().Text;
            if (next != "elif")
            {
                return new Statement.If(branches, next == "else" ? Block("endif") : []);
            }
        }
    }

    private Statement.For For()
    {
        var target = Target(allowMember: false);
        if (!_tokens.TakeName("in"))
        {
            throw _tokens.Unexpected("'in'");
        }

        var iterable = _expressions.ParseTuple(
            allowConditional: false, atEnd: () => _tokens.Current.IsName("recursive") || _tokens.Current.IsName("if"));
        var condition = _tokens.TakeName("if") ? _expressions.Parse() : null;
        var recursive = _tokens.TakeName("recursive");
        EndHead();
        _loops++;
        var body = Body(false, "else", "endfor");
        _loops--;
        return new Statement.For(target, iterable, condition, recursive)
        {
            Body = body,
            Else = _tokens.Take().Text == "else" ? Block("endfor") : [],
        };
    }

    private Statement Set()
    {
        var target = Target(allowMember: true);
        if (_tokens.TakeOperator("="))
        {
            return new Statement.Set(target, _expressions.ParseTuple());
        }

        var filter = _tokens.TakeOperator("|") ? _expressions.ParseFilters(first: true) : null;
        return new Statement.SetBlock(target, filter, Block("endset"));
    }

    private Statement.Macro Macro()
    {
        var name = _tokens.ExpectName();
        return new Statement.Macro(Definition(name, Parameters(), "endmacro"));
    }

    private Statement.Call Call()
    {
        var parameters = _tokens.Current.IsOperator("(") ? Parameters() : [];
        var callee = _expressions.Parse() as Expression.Call ?? throw _tokens.Fail("expected call");
        return new Statement.Call(Definition(null, parameters, "endcall"), callee);
    }

    private MacroDefinition Definition(string? name, IReadOnlyList<(string, Expression?)> parameters, string end)
    {
        // A loop around a macro is not one that its body may break.
        var outer = _loops;
        _loops = 0;
        var start = _tokens.Position;
        var body = Block(end);
        _loops = outer;
        return new MacroDefinition(name, parameters, body)
        {
            TakesVarargs = _tokens.WasNamed("varargs", start),
            TakesKwargs = _tokens.WasNamed("kwargs", start),
        };
    }

    private List<(string Name, Expression? Default)> Parameters()
    {
        var parameters = new List<(string, Expression?)>();
        _tokens.ExpectOperator("(");
        while (!_tokens.TakeOperator(")"))
        {
            if (parameters.Count > 0)
            {
                _tokens.ExpectOperator(",");
            }

            var name = _tokens.ExpectName();
            var value = _tokens.TakeOperator("=") ? _expressions.Parse() : null;
            if (value is null && parameters.Any(p => p.Item2 is not null))
            {
                throw _tokens.Fail("non-default argument follows default argument");
            }

            parameters.Add((name, value));
        }

        return parameters;
    }

    private Statement.With With()
    {
        var variables = new List<(AssignTarget, Expression)>();
        while (_tokens.Current.Kind != TemplateTokenKind.BlockEnd)
        {
            if (variables.Count > 0)
            {
                _tokens.ExpectOperator(",");
            }

            var target = Target(allowMember: false);
            _tokens.ExpectOperator("=");
            variables.Add((target, _expressions.Parse()));
        }

        return new Statement.With(variables, Block("endwith"));
    }

    private AssignTarget Target(bool allowMember)
    {
        var items = new List<AssignTarget> { TargetItem(allowMember) };
        var isTuple = false;
        while (_tokens.TakeOperator(","))
        {
            isTuple = true;
            if (_tokens.Current.Kind != TemplateTokenKind.Name || _tokens.Current.IsName("in"))
            {
                break;
            }

            items.Add(TargetItem(allowMember));
        }

        return isTuple ? new AssignTarget.Unpack(items) : items[0];
    }

    private AssignTarget TargetItem(bool allowMember)
    {
        if (_tokens.TakeOperator("("))
        {
            var inner = _tokens.Nested(() => Target(allowMember));
            _tokens.ExpectOperator(")");
            return inner;
        }

        var name = _tokens.ExpectName();
        if (name is "true" or "false" or "none" or "True" or "False" or "None")
        {
            throw _tokens.Fail($"can't assign to '{name}'");
        }

        return allowMember && _tokens.TakeOperator(".")
            ? new AssignTarget.Member(name, _tokens.ExpectName())
            : new AssignTarget.Name(name);
    }
}
