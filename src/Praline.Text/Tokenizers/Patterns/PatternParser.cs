namespace Praline.Text.Tokenizers.Patterns;

/// <summary>
/// Reads the regular expressions of tokenizer files (Oniguruma and Rust syntax): alternation, groups, inline flags,
/// look-around, atomic groups, greedy, lazy and possessive quantifiers, classes with nesting and <c>&amp;&amp;</c>,
/// Unicode properties.
/// </summary>
internal sealed class PatternParser
{
    private const int DeepestNesting = 60;
    private const int LongestPattern = 32_768;
    private const int LargestCount = 1_000;

    private readonly string _pattern;
    private int _position;
    private int _depth;
    private bool _ignoreCase;
    private bool _dotAll;
    private bool _extended;

    private PatternParser(string pattern) => _pattern = pattern;

    /// <exception cref="FormatException">
    /// The pattern is malformed or uses something that is not known; says where.
    /// </exception>
    public static PatternNode Parse(string pattern)
    {
        if (pattern.Length > LongestPattern)
        {
            throw new FormatException($"is {pattern.Length} characters long; at most {LongestPattern} are read");
        }

        var parser = new PatternParser(pattern);
        var node = parser.Alternation();
        return parser._position == pattern.Length ? node : throw parser.Fail("')' without '('");
    }

    private PatternNode Alternation()
    {
        if (++_depth > DeepestNesting)
        {
            throw Fail($"groups nested deeper than {DeepestNesting}");
        }

        var items = new List<PatternNode> { Sequence() };
        while (Take('|'))
        {
            items.Add(Sequence());
        }

        _depth--;
        return items.Count == 1 ? items[0] : new PatternNode.Alternation(items);
    }

    private PatternNode Sequence()
    {
        var items = new List<PatternNode>();
        while (_position < _pattern.Length && _pattern[_position] is not ('|' or ')'))
        {
            if (_extended && SkipExtended())
            {
                continue;
            }

            if (Atom() is { } atom)
            {
                items.Add(Quantified(atom));
            }
        }

        return items.Count == 1 ? items[0] : new PatternNode.Sequence(items);
    }

    private bool SkipExtended()
    {
        if (char.IsWhiteSpace(_pattern[_position]))
        {
            _position++;
            return true;
        }

        if (_pattern[_position] != '#')
        {
            return false;
        }

        var end = _pattern.IndexOf('\n', _position);
        _position = end < 0 ? _pattern.Length : end + 1;
        return true;
    }

    private PatternNode? Atom()
    {
        switch (_pattern[_position])
        {
            case '(':
                _position++;
                return Group();
            case '[':
                return new PatternNode.Set(new PatternClassParser(_pattern, _ignoreCase).Parse(ref _position));
            case '.':
                _position++;
                return new PatternNode.Set(_dotAll ? CodePointSet.Any : CodePointSet.AnyButNewline);
            case '^':
                _position++;
                return new PatternNode.Anchor(AnchorKind.LineStart);
            case '$':
                _position++;
                return new PatternNode.Anchor(AnchorKind.LineEnd);
            case '*' or '+' or '?':
                throw Fail("a quantifier with nothing before it");
            case '\\' when _position + 1 < _pattern.Length && AnchorOf(_pattern[_position + 1]) is { } anchor:
                _position += 2;
                return new PatternNode.Anchor(anchor);
            case '\\':
                return new PatternNode.Set(PatternEscapes.Read(_pattern, ref _position, _ignoreCase));
            default:
                var codePoint = PatternEscapes.CodePointAt(_pattern, _position);
                _position += codePoint > 0xFFFF ? 2 : 1;
                return new PatternNode.Set(CodePointSet.Of(codePoint, _ignoreCase));
        }
    }

    private static AnchorKind? AnchorOf(char letter) => letter switch
    {
        'A' => AnchorKind.TextStart,
        'z' => AnchorKind.TextEnd,
        'Z' => AnchorKind.TextEndOrFinalNewline,
        'b' => AnchorKind.WordBoundary,
        'B' => AnchorKind.NotWordBoundary,
        _ => null,
    };

    private PatternNode? Group()
    {
        var saved = (_ignoreCase, _dotAll, _extended);
        Func<PatternNode, PatternNode> wrap = node => node;
        if (Take('?'))
        {
            if (Take('=')) { wrap = node => new PatternNode.Look(node, Behind: false, Negative: false); }
            else if (Take('!')) { wrap = node => new PatternNode.Look(node, Behind: false, Negative: true); }
            else if (TakeText("<=")) { wrap = node => new PatternNode.Look(node, Behind: true, Negative: false); }
            else if (TakeText("<!")) { wrap = node => new PatternNode.Look(node, Behind: true, Negative: true); }
            else if (Take('>')) { wrap = node => new PatternNode.Atomic(node); }
            else if (Take('#')) { return SkipComment(); }
            else if (TakeText("P<") || Take('<')) { SkipName(); }
            else if (!Take(':') && !Flags())
            {
                // "(?i)" holds to the end of the group around it.
                return null;
            }
        }

        var body = Alternation();
        if (!Take(')'))
        {
            throw Fail("a group that is not closed");
        }

        (_ignoreCase, _dotAll, _extended) = saved;
        return wrap(body);
    }

    private PatternNode? SkipComment()
    {
        var end = _pattern.IndexOf(')', _position);
        _position = end < 0 ? throw Fail("a comment that is not closed") : end + 1;
        return null;
    }

    private void SkipName()
    {
        var end = _pattern.IndexOf('>', _position);
        _position = end < 0 ? throw Fail("a group name that is not closed") : end + 1;
    }

    /// <summary>Reads flags up to ':' (true: a group follows) or ')' (false).</summary>
    private bool Flags()
    {
        var on = true;
        while (_position < _pattern.Length)
        {
            switch (_pattern[_position++])
            {
                case '-': on = false; break;
                case 'i': _ignoreCase = on; break;
                // Oniguruma's "m" is what others call "s"; its anchors always mean lines.
                case 's' or 'm': _dotAll = on; break;
                case 'x': _extended = on; break;
                case 'u': break;
                case ':': return true;
                case ')': return false;
                default:
                    _position--;
                    throw Fail("an unknown group or flag");
            }
        }

        throw Fail("a group that is not closed");
    }

    private PatternNode Quantified(PatternNode atom)
    {
        for (var stacked = 0; _position < _pattern.Length; stacked++)
        {
            var start = _position;
            int minimum, maximum;
            if (Take('*')) { (minimum, maximum) = (0, int.MaxValue); }
            else if (Take('+')) { (minimum, maximum) = (1, int.MaxValue); }
            else if (Take('?')) { (minimum, maximum) = (0, 1); }
            else if (_pattern[_position] != '{' || !Counts(out minimum, out maximum)) { break; }

            if (stacked > 3)
            {
                throw Fail("more than four quantifiers in a row");
            }

            var kind = Take('?') ? RepeatKind.Lazy
                : _pattern[start] != '{' && Take('+') ? RepeatKind.Possessive
                : RepeatKind.Greedy;
            atom = new PatternNode.Repeat(atom, minimum, maximum, kind);
        }

        return atom;
    }

    /// <summary>
    /// Reads <c>{m}</c>, <c>{m,}</c>, <c>{,n}</c> or <c>{m,n}</c>; anything else leaves the brace a literal.
    /// </summary>
    private bool Counts(out int minimum, out int maximum)
    {
        (minimum, maximum) = (0, 0);
        var end = _pattern.IndexOf('}', _position);
        if (end < 0)
        {
            return false;
        }

        var parts = _pattern[(_position + 1)..end].Split(',');
        if (parts.Length > 2 || parts.All(p => p.Length == 0) || parts.Any(p => !p.All(char.IsAsciiDigit)))
        {
            return false;
        }

        minimum = Count(parts[0], 0);
        maximum = parts.Length == 1 ? minimum : Count(parts[1], int.MaxValue);
        if (maximum < minimum)
        {
            throw Fail("a quantifier whose maximum is below its minimum");
        }

        _position = end + 1;
        return true;
    }

    private int Count(string digits, int whenEmpty) => digits.Length == 0 ? whenEmpty
        : int.TryParse(digits, out var count) && count <= LargestCount ? count
        : throw Fail($"a quantifier above {LargestCount}");

    private bool Take(char expected)
    {
        if (_position < _pattern.Length && _pattern[_position] == expected)
        {
            _position++;
            return true;
        }

        return false;
    }

    private bool TakeText(string expected)
    {
        if (string.CompareOrdinal(_pattern, _position, expected, 0, expected.Length) != 0)
        {
            return false;
        }

        _position += expected.Length;
        return true;
    }

    private FormatException Fail(string what) => new($"has {what} at character {_position}");
}
