using System.Runtime.CompilerServices;

namespace Praline.Text.ChatTemplates.Syntax;

/// <summary>The tokens of a template, read one by one; and the depth of nesting, which is bounded.</summary>
internal sealed class TokenStream(IReadOnlyList<TemplateToken> tokens)
{
    private const int DeepestNesting = 100;

    private int _position;
    private int _depth;

    public TemplateToken Current => tokens[_position];

    public TemplateToken Next => tokens[Math.Min(_position + 1, tokens.Count - 1)];

    /// <summary>The number of tokens taken so far.</summary>
    public int Position => _position;

    /// <summary>True when a name stands among the tokens taken since <paramref name="start"/>.</summary>
    public bool WasNamed(string name, int start)
    {
        for (var i = start; i < _position; i++)
        {
            if (tokens[i].IsName(name))
            {
                return true;
            }
        }

        return false;
    }

    public TemplateToken Take()
    {
        var token = Current;
        _position = Math.Min(_position + 1, tokens.Count - 1);
        return token;
    }

    public bool TakeOperator(string text) => TakeIf(Current.IsOperator(text));

    public bool TakeName(string name) => TakeIf(Current.IsName(name));

    public void ExpectOperator(string text)
    {
        if (!TakeOperator(text))
        {
            throw Unexpected($"'{text}'");
        }
    }

    public string ExpectName() => Current.Kind == TemplateTokenKind.Name ? Take().Text : throw Unexpected("a name");

    public void Expect(TemplateTokenKind kind, string what)
    {
        if (!TakeIf(Current.Kind == kind))
        {
            throw Unexpected(what);
        }
    }

    public ChatTemplateException Unexpected(string expected) => Fail($"expected {expected}, found '{Current}'");

    public ChatTemplateException Fail(string message) => TemplateLexer.Fail(message, Current.Line);

    /// <summary>Parses something inside something else; the call stack must not be a template's to fill.</summary>
    public T Nested<T>(Func<T> parse)
    {
        if (++_depth > DeepestNesting || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Fail($"nested deeper than {DeepestNesting} levels");
        }

        var result = parse();
        _depth--;
        return result;
    }

    private bool TakeIf(bool condition)
    {
        if (condition)
        {
            Take();
        }

        return condition;
    }
}
