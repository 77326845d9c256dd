namespace Praline.SmallWorld;

/// <summary>
/// Reads what a caption says. It understands all that <see cref="CaptionWriter"/> writes, and goes on through the imperfect text of
/// a small model: repeated words, missing articles, unknown words. Statements are taken as they stand, contradictions included.
/// <para>Rules: a colour and a shape name an object; what follows is said of it, until another is named ("the red circle and
/// the blue ring stay still" is said of both). Events happen in the order told, but for "while", "after …" behind a clause and
/// "Before …" in front of one. After "the red circle turns blue", "the blue circle" is the same one.</para>
/// </summary>
public sealed class FactParser
{
    private readonly string[] _tokens;
    private readonly List<Fact> _facts = [];
    private readonly HashSet<Fact> _seen = [];
    private readonly List<string> _unparsed = [];
    private readonly List<string> _unknown = [];
    private readonly Dictionary<Subject, Subject> _aliases = [];
    private readonly HashSet<Subject> _mentioned = [];
    private readonly List<Subject> _current = [];
    private Place? _pendingPlace; // "at the top there is …"
    private bool _named; // whether this clause has named somebody
    private int _bareName = -1; // where a name ended that nothing was said of yet
    private Fact? _lastEvent;
    private bool _simultaneous;
    private bool _reversed;
    private bool _opensWithBefore;
    private int _at;

    private FactParser(string caption)
    {
        _tokens = Tokens(caption);
    }

    /// <summary>The facts that a caption states and the words that were not understood.</summary>
    public static ParsedCaption Parse(string caption)
    {
        var parser = new FactParser(caption);
        while (parser._at < parser._tokens.Length)
        {
            parser.Step();
        }

        parser.EndUnknown();
        return new ParsedCaption(parser._facts, parser._unparsed);
    }

    private static string[] Tokens(string caption) =>
        [.. caption.ToLowerInvariant()
            .Replace("doesn't", "does not").Replace("don't", "do not").Replace(",", " , ").Replace(".", " . ").Replace(";", " . ")
            .Replace("!", " . ").Replace("?", " . ").Replace("\n", " ")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    private string Token(int offset = 0) => _at + offset < _tokens.Length ? _tokens[_at + offset] : ".";

    private void Step()
    {
        if (ReadEnd() || ReadConnective() || ReadBackground() || ReadEvent() || ReadMotion() || ReadName() || ReadPlace())
        {
            EndUnknown();
        }
        else if (Vocabulary.Silent.Contains(Token()) || Vocabulary.Moves.Contains(Token()) || Vocabulary.Stays.Contains(Token()))
        {
            _named |= Token() is "it" or "they" or "both";
            _at++;
            EndUnknown();
        }
        else
        {
            _unknown.Add(_tokens[_at++]);
        }
    }

    private bool ReadEnd()
    {
        if (Token() == ".")
        {
            _named = _simultaneous = _opensWithBefore = _reversed = false;
        }
        else if (Token() != ",")
        {
            _named &= Token() != "and";
            return false;
        }

        _named = false;
        _at++;
        return true;
    }

    private bool ReadConnective()
    {
        switch (Token())
        {
            case "while" or "meanwhile":
                _simultaneous = true;
                break;
            case "after" when Token(1) is "that" or "this":
                _at++;
                break;
            case "after":
                _reversed = !OpensSentence();
                break;
            case "before":
                _opensWithBefore = OpensSentence();
                break;
            default:
                return false;
        }

        _named = false;
        _at++;
        return true;
    }

    private bool OpensSentence() => _at == 0 || _tokens[_at - 1] == ".";

    private bool ReadBackground()
    {
        if (!Vocabulary.Colors.TryGetValue(Token(), out var color) || Vocabulary.Shapes.ContainsKey(Token(1))
            || !(Palette.Backgrounds.Contains(color) || Token(1) is "background"))
        {
            // "the background is blue" is impossible, but said.
            if (!(Token() == "background" && Token(1) == "is" && Vocabulary.Colors.TryGetValue(Token(2), out color)
                && !Vocabulary.Shapes.ContainsKey(Token(3))))
            {
                return false;
            }

            _at += 2;
        }

        _at++;
        Add(Fact.Background(color));
        return true;
    }

    private bool ReadEvent()
    {
        if (Match(Vocabulary.Events) is { } found)
        {
            _at += found.Length;
            Happens(found.Kind);
            return true;
        }

        if (Vocabulary.Turns.Contains(Token()))
        {
            return ReadColorChange();
        }

        if (!Vocabulary.Starts.Contains(Token()))
        {
            return false;
        }

        var next = Token(1) == "to" ? 2 : 1;
        var (start, isMove) = (_at, Vocabulary.Moves.Contains(Token(next)));
        _at += next;
        if (isMove || Token(0) is "." or "," || MotionAhead() is not null)
        {
            Happens(EventKind.Starts);
        }

        return _at > start;
    }

    private bool ReadColorChange()
    {
        for (var i = 1; i <= 5 && Token(i) is not ("." or ","); i++)
        {
            if (Vocabulary.Colors.TryGetValue(Token(i), out var color) && Token(i - 1) != "from")
            {
                _at += i + 1;
                Happens(EventKind.ChangesColor, color);
                return true;
            }
        }

        return false;
    }

    private bool ReadMotion()
    {
        if (MotionAhead() is not { } found)
        {
            return false;
        }

        _at += found.Length;
        foreach (var subject in _current)
        {
            Add(Fact.Motion(subject, found.Kind));
        }

        return true;
    }

    private (int Length, Motion Kind)? MotionAhead()
    {
        var verb = Vocabulary.Moves.Contains(Token()) || Vocabulary.Stays.Contains(Token()) ? 1 : 0;
        _at += verb;
        var phrase = Match(Vocabulary.Motions);
        _at -= verb;
        if (phrase is { } p)
        {
            return (p.Length + verb, p.Kind);
        }

        if (verb == 0 || Vocabulary.Stays.Contains(Token()))
        {
            return null;
        }

        var next = Token(1) == "to" ? 2 : 1;
        next += Token(next) == "the" ? 1 : 0;
        return Vocabulary.Directions.TryGetValue(Token(next), out var direction) ? (next + 1, direction) : null;
    }

    /// <summary>[size] colour shape, or a shape alone when only one such object was named.</summary>
    private bool ReadName()
    {
        var length = 0;
        WorldColor? color = null;
        ShapeSize? size = null;
        while (Vocabulary.Sizes.ContainsKey(Token(length)) || Vocabulary.Colors.ContainsKey(Token(length)))
        {
            size = Vocabulary.Sizes.TryGetValue(Token(length), out var s) ? s : size;
            color = Vocabulary.Colors.TryGetValue(Token(length), out var c) ? c : color;
            length++;
        }

        if (!Vocabulary.Shapes.TryGetValue(Token(length), out var shape))
        {
            return false;
        }

        var known = _mentioned.Where(m => m.Shape == shape).ToList();
        if (color is null && known.Count != 1)
        {
            return false;
        }

        var start = _at;
        _at += length + 1;
        while (Token() == _tokens[_at - 1] && Token(1) != "around")
        {
            _at++; // "circle circle"
        }

        var indefinite = start > 0 && _tokens[start - 1] is "a" or "an";
        Name(color is null ? known[0] : Resolve(new Subject(color.Value, shape), indefinite), size, start);
        return true;
    }

    private void Name(Subject subject, ShapeSize? size, int start)
    {
        // "the A, the B and the C stay still": said of all. "a A and a B is …" is said of the last.
        var before = start - 1;
        var definite = before >= 0 && _tokens[before] == "the";
        before -= definite ? 1 : 0;
        while (before >= _bareName && before >= 0 && _tokens[before] is "and" or ",")
        {
            before--;
        }

        if (!(definite && _bareName >= 0 && before == _bareName - 1))
        {
            _current.Clear();
        }

        _current.Add(subject);
        _mentioned.Add(subject);
        (_named, _bareName) = (true, _at);
        Add(Fact.Exists(subject));
        if (size is not null)
        {
            Add(Fact.Size(subject, size.Value));
        }

        if (_pendingPlace is { } place)
        {
            Add(Fact.Place(subject, place));
            _pendingPlace = null;
        }
    }

    private bool ReadPlace()
    {
        var start = Vocabulary.Prepositions.Contains(Token()) ? 1 : 0;
        start += start > 0 && Token(start) == "the" ? 1 : 0;
        var (length, row, column, plain) = (start, (int?)null, (int?)null, false);
        for (; Vocabulary.PlaceWords.TryGetValue(Token(length), out var word); length++)
        {
            (row, column) = (row ?? word.Row, column ?? word.Column);
            plain |= word is (null, null) or (not null, _);
        }

        // Without a preposition "left" alone is no place: "a red circle left".
        if (length == start || (start == 0 && !plain))
        {
            return false;
        }

        _at += length + (Vocabulary.PlaceNouns.Contains(Token(length)) ? 1 : 0);
        var place = (Place)((((row ?? 0) + 1) * 3) + (column ?? 0) + 1);
        if (!_named && NameAhead())
        {
            _pendingPlace = place;
            return true;
        }

        foreach (var subject in _current)
        {
            Add(Fact.Place(subject, place));
        }

        return true;
    }

    /// <summary>Whether "there is", "we see" or a name comes next.</summary>
    private bool NameAhead()
    {
        var i = Token() == "," ? 1 : 0;
        i += Token(i) is "there" or "we" or "you" ? 2 : 0;
        i += Token(i) is "see" ? 1 : 0;
        i += Vocabulary.Articles.Contains(Token(i)) ? 1 : 0;
        return Vocabulary.Sizes.ContainsKey(Token(i)) || Vocabulary.Colors.ContainsKey(Token(i));
    }

    private void Happens(EventKind kind, WorldColor? color = null)
    {
        foreach (var subject in _current)
        {
            var fact = Fact.Event(subject, kind, color);
            Add(fact);
            if (color is { } changed && !_mentioned.Contains(subject with { Color = changed }))
            {
                _aliases[subject with { Color = changed }] = subject;
            }

            if (_lastEvent is not null && !_simultaneous && !_opensWithBefore)
            {
                Add(_reversed ? Fact.Order(fact, _lastEvent) : Fact.Order(_lastEvent, fact));
            }

            _lastEvent = _reversed ? _lastEvent : fact;
        }

        (_reversed, _opensWithBefore, _simultaneous) = (_opensWithBefore, false, false);
    }

    private Subject Resolve(Subject subject, bool indefinite)
    {
        if (indefinite)
        {
            _aliases.Remove(subject); // "a blue circle" is another than the one that turned blue
        }

        return _aliases.GetValueOrDefault(subject, subject);
    }

    private (int Length, T Kind)? Match<T>(IReadOnlyList<(string[] Words, T Kind)> phrases)
    {
        foreach (var (words, kind) in phrases)
        {
            if (!words.Where((w, i) => Token(i) != w).Any())
            {
                return (words.Length, kind);
            }
        }

        return null;
    }

    private void Add(Fact fact)
    {
        _bareName = fact.Kind is FactKind.Exists or FactKind.Size || _pendingPlace is not null ? _bareName : -1;
        if (_seen.Add(fact))
        {
            _facts.Add(fact);
        }
    }

    private void EndUnknown()
    {
        if (_unknown.Count > 0)
        {
            _unparsed.Add(string.Join(' ', _unknown));
            _unknown.Clear();
        }
    }
}
