using System.Text;

namespace Praline.Text.ChatTemplates.Syntax;

/// <summary>
/// Cuts a template into tokens as Jinja does with <c>trim_blocks</c> and <c>lstrip_blocks</c> on: a block's tag takes
/// the newline behind it and the white space before it on its line; <c>-</c> takes all white space on its side,
/// <c>+</c> none.
/// </summary>
internal sealed class TemplateLexer
{
    private readonly string _source;
    private readonly List<TemplateToken> _tokens = [];
    private int _position;
    private int _line = 1;
    private int _lineCountedTo;
    private bool _lineStarting = true;

    private TemplateLexer(string source) => _source = source;

    /// <exception cref="ChatTemplateException">
    /// A tag, comment or string is not closed, or a character has no place in a tag.
    /// </exception>
    public static List<TemplateToken> Tokenize(string source)
    {
        source = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        var lexer = new TemplateLexer(source.EndsWith('\n') ? source[..^1] : source);
        lexer.Root();
        lexer.Add(TemplateTokenKind.End, "");
        return lexer._tokens;
    }

    public static ChatTemplateException Fail(string message, int line) =>
        new("TemplateSyntaxError", $"Chat template, line {line}: {message}");

    private void Root()
    {
        while (_position < _source.Length)
        {
            var tag = NextTag();
            if (tag < 0)
            {
                Add(TemplateTokenKind.Data, _source[_position..]);
                _position = _source.Length;
                return;
            }

            var kind = _source[tag + 1];
            var sign = tag + 2 < _source.Length && _source[tag + 2] is '-' or '+' ? _source[tag + 2] : ' ';
            AddData(_source[_position..tag], sign, isVariable: kind == '{');
            _position = tag + (sign == ' ' ? 2 : 3);
            switch (kind)
            {
                case '#':
                    Comment();
                    break;
                case '%' when TryRawBegin():
                    Raw();
                    break;
                case '%':
                    Add(TemplateTokenKind.BlockBegin, "{%");
                    Tag(isVariable: false);
                    break;
                default:
                    Add(TemplateTokenKind.VariableBegin, "{{");
                    Tag(isVariable: true);
                    break;
            }

            _lineStarting = _source[_position - 1] == '\n';
        }
    }

    private int NextTag()
    {
        for (var i = _source.IndexOf('{', _position); i >= 0 && i + 1 < _source.Length; i = _source.IndexOf('{', i + 1))
        {
            if (_source[i + 1] is '{' or '%' or '#')
            {
                return i;
            }
        }

        return -1;
    }

    private void AddData(string text, char sign, bool isVariable)
    {
        if (sign == '-')
        {
            text = text[..PythonText.TrimmedEnd(text)];
        }
        else if (sign != '+' && !isVariable)
        {
            var lineStart = text.LastIndexOf('\n') + 1;
            if ((lineStart > 0 || _lineStarting) && text.AsSpan(lineStart).Length > 0 && PythonText.IsSpace(text.AsSpan(lineStart)))
            {
                text = text[..lineStart];
            }
        }

        if (text.Length > 0)
        {
            Add(TemplateTokenKind.Data, text);
        }
    }

    private void Comment()
    {
        var end = _source.IndexOf("#}", _position, StringComparison.Ordinal);
        if (end < 0)
        {
            throw Fail("Missing end of comment tag", Line());
        }

        var sign = end > _position && _source[end - 1] is '-' or '+' ? _source[end - 1] : ' ';
        _position = end + 2;
        SkipBehind(sign, trimNewline: true);
    }

    /// <summary>Takes <c>raw %}</c> behind a block's beginning, when it is there.</summary>
    private bool TryRawBegin()
    {
        var at = SkipSpace(_position);
        if (!Starts(at, "raw"))
        {
            return false;
        }

        at = SkipSpace(at + 3);
        var strips = Starts(at, "-%}");
        if (!strips && !Starts(at, "%}"))
        {
            return false;
        }

        _position = strips ? SkipSpace(at + 3) : at + 2;
        return true;
    }

    private void Raw()
    {
        for (var tag = _source.IndexOf("{%", _position, StringComparison.Ordinal); tag >= 0; tag = _source.IndexOf("{%", tag + 2, StringComparison.Ordinal))
        {
            var at = tag + 2;
            var sign = at < _source.Length && _source[at] is '-' or '+' ? _source[at++] : ' ';
            at = SkipSpace(at);
            if (!Starts(at, "endraw"))
            {
                continue;
            }

            at = SkipSpace(at + 6);
            var endSign = at < _source.Length && _source[at] is '-' or '+' ? _source[at++] : ' ';
            if (Starts(at, "%}"))
            {
                AddData(_source[_position..tag], sign, isVariable: false);
                _position = at + 2;
                SkipBehind(endSign, trimNewline: true);
                return;
            }
        }

        throw Fail("Missing end of raw directive", Line());
    }

    private void SkipBehind(char sign, bool trimNewline)
    {
        if (sign == '-')
        {
            _position = SkipSpace(_position);
        }
        else if (sign != '+' && trimNewline && _position < _source.Length && _source[_position] == '\n')
        {
            _position++;
        }
    }

    private void Tag(bool isVariable)
    {
        var brackets = new Stack<char>();
        while (true)
        {
            _position = SkipSpace(_position);
            if (_position >= _source.Length)
            {
                throw Fail(isVariable ? "a '{{' is not closed by '}}'" : "a '{%' is not closed by '%}'", Line());
            }

            if (brackets.Count == 0 && TryTagEnd(isVariable))
            {
                return;
            }

            var c = _source[_position];
            if (char.IsAsciiDigit(c))
            {
                Number();
            }
            else if (c == '_' || char.IsLetter(c))
            {
                var start = _position;
                while (_position < _source.Length && (_source[_position] == '_' || char.IsLetterOrDigit(_source[_position])))
                {
                    _position++;
                }

                Add(TemplateTokenKind.Name, _source[start.._position]);
            }
            else if (c is '\'' or '"')
            {
                String(c);
            }
            else
            {
                Operator(brackets);
            }
        }
    }

    private bool TryTagEnd(bool isVariable)
    {
        var end = isVariable ? "}}" : "%}";
        var sign = _source[_position] == '-' || (_source[_position] == '+' && !isVariable) ? _source[_position] : ' ';
        if (!Starts(sign == ' ' ? _position : _position + 1, end))
        {
            return false;
        }

        _position += sign == ' ' ? 2 : 3;
        Add(isVariable ? TemplateTokenKind.VariableEnd : TemplateTokenKind.BlockEnd, end);
        SkipBehind(sign, trimNewline: !isVariable);
        return true;
    }

    private void Number()
    {
        var (start, isFloat) = (_position, false);
        if (_source[_position] == '0' && _position + 1 < _source.Length && "bBoOxX".Contains(_source[_position + 1]))
        {
            _position += 2;
            TakeWhile(c => char.IsAsciiHexDigit(c) || c == '_');
        }
        else
        {
            TakeWhile(c => char.IsAsciiDigit(c) || c == '_');
            var mayBeFloat = start == 0 || _source[start - 1] != '.';
            if (mayBeFloat && _position + 1 < _source.Length && _source[_position] == '.' && char.IsAsciiDigit(_source[_position + 1]))
            {
                isFloat = true;
                _position++;
                TakeWhile(c => char.IsAsciiDigit(c) || c == '_');
            }

            if (mayBeFloat && _position < _source.Length && _source[_position] is 'e' or 'E')
            {
                var digits = _position + 1 < _source.Length && _source[_position + 1] is '+' or '-' ? _position + 2 : _position + 1;
                if (digits < _source.Length && char.IsAsciiDigit(_source[digits]))
                {
                    isFloat = true;
                    _position = digits;
                    TakeWhile(c => char.IsAsciiDigit(c) || c == '_');
                }
            }
        }

        Add(isFloat ? TemplateTokenKind.Float : TemplateTokenKind.Integer, _source[start.._position].Replace("_", ""));
    }

    private void String(char quote)
    {
        var start = _position + 1;
        var at = start;
        while (at < _source.Length && _source[at] != quote)
        {
            at += _source[at] == '\\' ? 2 : 1;
        }

        if (at >= _source.Length)
        {
            throw Fail($"unexpected char {PythonText.Quote(quote.ToString())}: a string is not closed", Line());
        }

        _position = at + 1;
        Add(TemplateTokenKind.String, StringEscapes.Unescape(_source[start..at], Line()));
    }

    private void Operator(Stack<char> brackets)
    {
        foreach (var two in (string[])["//", "**", "==", "!=", ">=", "<="])
        {
            if (Starts(_position, two))
            {
                _position += 2;
                Add(TemplateTokenKind.Operator, two);
                return;
            }
        }

        var c = _source[_position];
        if (!"+-/*%~[](){}><=.:|,;".Contains(c))
        {
            throw Fail($"unexpected char {PythonText.Quote(c.ToString())}", Line());
        }

        if (c is '(' or '[' or '{')
        {
            brackets.Push(c switch { '(' => ')', '[' => ']', _ => '}' });
        }
        else if (c is ')' or ']' or '}' && (!brackets.TryPop(out var expected) || expected != c))
        {
            throw Fail($"unexpected '{c}'" + (expected == default ? "" : $", expected '{expected}'"), Line());
        }

        _position++;
        Add(TemplateTokenKind.Operator, c.ToString());
    }

    private void TakeWhile(Func<char, bool> condition)
    {
        while (_position < _source.Length && condition(_source[_position]))
        {
            _position++;
        }
    }

    private int SkipSpace(int at)
    {
        while (at < _source.Length && PythonText.IsSpace(_source[at]))
        {
            at++;
        }

        return at;
    }

    private bool Starts(int at, string text) => string.CompareOrdinal(_source, at, text, 0, text.Length) == 0;

    private void Add(TemplateTokenKind kind, string text) => _tokens.Add(new TemplateToken(kind, text, Line()));

    private int Line()
    {
        _line += _source.AsSpan(_lineCountedTo, Math.Min(_position, _source.Length) - _lineCountedTo).Count('\n');
        _lineCountedTo = Math.Min(_position, _source.Length);
        return _line;
    }
}
