using System.Text;

namespace Praline.Models.ChatTemplates.Syntax;

/// <summary>
/// Cuts a template into tokens as Jinja does with <c>trim_blocks</c> and <c>lstrip_blocks</c> on: a block's tag takes
/// the newline behind it and the white space before it on its line; <c>-</c> takes all white space on its side,
/// <c>+</c> none.
/// </summary>
internal sealed class TemplateLexer
{
    private readonly string source;
    private readonly List<TemplateToken> tokens = [];
    private int position;
    private int line = 1;
    private int lineCountedTo;
    private bool lineStarting = true;

    private TemplateLexer(string source) => this.source = source;

    /// <exception cref="ChatTemplateException">
    /// A tag, comment or string is not closed, or a character has no place in a tag.
    /// </exception>
    public static List<TemplateToken> Tokenize(string source)
    {
        source = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        var lexer = new TemplateLexer(source.EndsWith('\n') ? source[..^1] : source);
        lexer.Root();
        lexer.Add(TemplateTokenKind.End, "");
        return lexer.tokens;
    }

    public static ChatTemplateException Fail(string message, int line) =>
        new("TemplateSyntaxError", $"Chat template, line {line}: {message}");

    private void Root()
    {
        while (position < source.Length)
        {
            var tag = NextTag();
            if (tag < 0)
            {
                Add(TemplateTokenKind.Data, source[position..]);
                position = source.Length;
                return;
            }

            var kind = source[tag + 1];
            var sign = tag + 2 < source.Length && source[tag + 2] is '-' or '+' ? source[tag + 2] : ' ';
            AddData(source[position..tag], sign, isVariable: kind == '{');
            position = tag + (sign == ' ' ? 2 : 3);
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

            lineStarting = source[position - 1] == '\n';
        }
    }

    private int NextTag()
    {
        for (var i = source.IndexOf('{', position); i >= 0 && i + 1 < source.Length; i = source.IndexOf('{', i + 1))
        {
            if (source[i + 1] is '{' or '%' or '#')
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
            if ((lineStart > 0 || lineStarting) && text.AsSpan(lineStart).Length > 0 && PythonText.IsSpace(text.AsSpan(lineStart)))
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
        var end = source.IndexOf("#}", position, StringComparison.Ordinal);
        if (end < 0)
        {
            throw Fail("Missing end of comment tag", Line());
        }

        var sign = end > position && source[end - 1] is '-' or '+' ? source[end - 1] : ' ';
        position = end + 2;
        SkipBehind(sign, trimNewline: true);
    }

    /// <summary>Takes <c>raw %}</c> behind a block's beginning, when it is there.</summary>
    private bool TryRawBegin()
    {
        var at = SkipSpace(position);
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

        position = strips ? SkipSpace(at + 3) : at + 2;
        return true;
    }

    private void Raw()
    {
        for (var tag = source.IndexOf("{%", position, StringComparison.Ordinal); tag >= 0; tag = source.IndexOf("{%", tag + 2, StringComparison.Ordinal))
        {
            var at = tag + 2;
            var sign = at < source.Length && source[at] is '-' or '+' ? source[at++] : ' ';
            at = SkipSpace(at);
            if (!Starts(at, "endraw"))
            {
                continue;
            }

            at = SkipSpace(at + 6);
            var endSign = at < source.Length && source[at] is '-' or '+' ? source[at++] : ' ';
            if (Starts(at, "%}"))
            {
                AddData(source[position..tag], sign, isVariable: false);
                position = at + 2;
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
            position = SkipSpace(position);
        }
        else if (sign != '+' && trimNewline && position < source.Length && source[position] == '\n')
        {
            position++;
        }
    }

    private void Tag(bool isVariable)
    {
        var brackets = new Stack<char>();
        while (true)
        {
            position = SkipSpace(position);
            if (position >= source.Length)
            {
                throw Fail(isVariable ? "a '{{' is not closed by '}}'" : "a '{%' is not closed by '%}'", Line());
            }

            if (brackets.Count == 0 && TryTagEnd(isVariable))
            {
                return;
            }

            var c = source[position];
            if (char.IsAsciiDigit(c))
            {
                Number();
            }
            else if (c == '_' || char.IsLetter(c))
            {
                var start = position;
                while (position < source.Length && (source[position] == '_' || char.IsLetterOrDigit(source[position])))
                {
                    position++;
                }

                Add(TemplateTokenKind.Name, source[start..position]);
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
        var sign = source[position] == '-' || (source[position] == '+' && !isVariable) ? source[position] : ' ';
        if (!Starts(sign == ' ' ? position : position + 1, end))
        {
            return false;
        }

        position += sign == ' ' ? 2 : 3;
        Add(isVariable ? TemplateTokenKind.VariableEnd : TemplateTokenKind.BlockEnd, end);
        SkipBehind(sign, trimNewline: !isVariable);
        return true;
    }

    private void Number()
    {
        var (start, isFloat) = (position, false);
        if (source[position] == '0' && position + 1 < source.Length && "bBoOxX".Contains(source[position + 1]))
        {
            position += 2;
            TakeWhile(c => char.IsAsciiHexDigit(c) || c == '_');
        }
        else
        {
            TakeWhile(c => char.IsAsciiDigit(c) || c == '_');
            var mayBeFloat = start == 0 || source[start - 1] != '.';
            if (mayBeFloat && position + 1 < source.Length && source[position] == '.' && char.IsAsciiDigit(source[position + 1]))
            {
                isFloat = true;
                position++;
                TakeWhile(c => char.IsAsciiDigit(c) || c == '_');
            }

            if (mayBeFloat && position < source.Length && source[position] is 'e' or 'E')
            {
                var digits = position + 1 < source.Length && source[position + 1] is '+' or '-' ? position + 2 : position + 1;
                if (digits < source.Length && char.IsAsciiDigit(source[digits]))
                {
                    isFloat = true;
                    position = digits;
                    TakeWhile(c => char.IsAsciiDigit(c) || c == '_');
                }
            }
        }

        Add(isFloat ? TemplateTokenKind.Float : TemplateTokenKind.Integer, source[start..position].Replace("_", ""));
    }

    private void String(char quote)
    {
        var start = position + 1;
        var at = start;
        while (at < source.Length && source[at] != quote)
        {
            at += source[at] == '\\' ? 2 : 1;
        }

        if (at >= source.Length)
        {
            throw Fail($"unexpected char {PythonText.Quote(quote.ToString())}: a string is not closed", Line());
        }

        position = at + 1;
        Add(TemplateTokenKind.String, StringEscapes.Unescape(source[start..at], Line()));
    }

    private void Operator(Stack<char> brackets)
    {
        foreach (var two in (string[])["//", "**", "==", "!=", ">=", "<="])
        {
            if (Starts(position, two))
            {
                position += 2;
                Add(TemplateTokenKind.Operator, two);
                return;
            }
        }

        var c = source[position];
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

        position++;
        Add(TemplateTokenKind.Operator, c.ToString());
    }

    private void TakeWhile(Func<char, bool> condition)
    {
        while (position < source.Length && condition(source[position]))
        {
            position++;
        }
    }

    private int SkipSpace(int at)
    {
        while (at < source.Length && PythonText.IsSpace(source[at]))
        {
            at++;
        }

        return at;
    }

    private bool Starts(int at, string text) => string.CompareOrdinal(source, at, text, 0, text.Length) == 0;

    private void Add(TemplateTokenKind kind, string text) => tokens.Add(new TemplateToken(kind, text, Line()));

    private int Line()
    {
        line += source.AsSpan(lineCountedTo, Math.Min(position, source.Length) - lineCountedTo).Count('\n');
        lineCountedTo = Math.Min(position, source.Length);
        return line;
    }
}
