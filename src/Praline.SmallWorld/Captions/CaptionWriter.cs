using System.Text;

namespace Praline.SmallWorld;

/// <summary>
/// Puts a story into varied natural English that states exactly the story's facts; <see cref="FactParser"/> reads them back.
/// First the setting and who is there, then what happens, in order of time.
/// </summary>
public sealed class CaptionWriter
{
    private readonly Story _story;
    private readonly WorldRandom _random;
    private readonly string _medium;
    private readonly HashSet<Subject> _mentioned = [];
    private readonly Dictionary<Subject, WorldColor> _colors = []; // after a change
    private readonly Dictionary<Shape, string> _nouns;
    private readonly List<string> _sentences = [];
    private string? _filler; // until the first sentence is said
    private Subject? _last; // whom "it" would mean

    private CaptionWriter(Story story, WorldRandom random, string medium)
    {
        (_story, _random, _medium) = (story, random, medium);
        _nouns = Enum.GetValues<Shape>().ToDictionary(s => s, s => random.Pick(Phrases.Shapes(s)));
    }

    /// <summary>Writes a caption of one paragraph.</summary>
    /// <param name="story">What is to be said.</param>
    /// <param name="random">Draws the words.</param>
    /// <param name="medium">What the caption calls what it describes.</param>
    /// <param name="filler">A word that the caption begins with, or null.</param>
    public static string Write(Story story, WorldRandom random, string medium = "video", string? filler = null) =>
        new CaptionWriter(story, random, medium) { _filler = filler }.Write();

    private string Write()
    {
        var setting = _story.Background is { } b ? Words.Of(b) : null;
        var opener = "";
        var settingLast = false;
        if (setting is not null)
        {
            var way = _random.PickWeighted([0.5, 0.35, 0.15]);
            if (way == 1 && _story.Objects.Count > 0)
            {
                opener = string.Format(_random.Pick(Phrases.SettingOpeners), setting) + " ";
            }
            else if (way == 2)
            {
                settingLast = true;
            }
            else
            {
                Say(string.Format(_random.Pick(Phrases.Settings), setting, _medium));
            }
        }

        Introduce(opener);
        Narrate();
        if (settingLast)
        {
            Say(string.Format(_random.Pick(Phrases.Settings), setting, _medium));
        }

        return string.Join(' ', _sentences);
    }

    private void Introduce(string opener)
    {
        var later = new List<StoryObject>();
        var clauses = new List<string>();
        // From the top left to the bottom right: an order that a small model can learn.
        foreach (var item in _story.Objects.OrderBy(o => o.Place ?? Place.Middle))
        {
            var now = item.Motion is not null && _random.Chance(0.6);
            if (item.Motion is not null && !now)
            {
                later.Add(item);
            }

            var first = clauses.Count == 0;
            clauses.Add((first ? opener : "") + Introduction(item, now ? item.Motion : null, first && opener.Length == 0));
        }

        SayJoined(clauses);
        Resume(later);
    }

    /// <summary>A clause that brings an object in.</summary>
    private string Introduction(StoryObject item, Motion? motion, bool opens)
    {
        var noun = FirstMention(item.Subject, item.Size);
        var place = item.Place is { } p ? _random.Pick(Phrases.Places(p)) : null;
        _last = item.Subject;
        if (motion is { } m)
        {
            var (moves, _, moving) = _random.Pick(Phrases.Motions(m));
            if (place is null)
            {
                return _random.Chance(0.5) ? $"{noun} {moves}" : $"there is {noun} {moving}";
            }

            return _random.Next(5) switch
            {
                0 => $"{noun} {place} {moves}",
                1 => $"there is {noun} {place}, {moving}",
                2 => $"{noun} is {place} and {moves}",
                3 => $"{noun} {moves} {place}",
                _ => $"there is {noun} {moving} {place}",
            };
        }

        if (place is null)
        {
            return _random.Pick([$"there is {noun}", $"{noun} can be seen", $"we see {noun}"]);
        }

        return _random.Next(opens ? 5 : 4) switch
        {
            0 => $"{noun} is {place}",
            1 => $"there is {noun} {place}",
            2 => $"{noun} can be seen {place}",
            3 => $"{noun} sits {place}",
            _ => $"{place} there is {noun}",
        };
    }

    /// <summary>The motions that were not told with their objects; those that stay still together in one clause.</summary>
    private void Resume(List<StoryObject> items)
    {
        var clauses = new List<string>();
        foreach (var group in items.GroupBy(i => i.Motion!.Value))
        {
            var members = group.ToList();
            var (moves, move, _) = _random.Pick(Phrases.Motions(group.Key));
            if (members.Count > 1)
            {
                var names = members.Select(i => Name(i.Subject)).ToList();
                clauses.Add($"{string.Join(", ", names[..^1])} and {names[^1]} {move}");
                _last = null;
            }
            else
            {
                clauses.Add($"{Reference(members[0].Subject, clauses.Count == 0)} {moves}");
                _last = members[0].Subject;
            }
        }

        SayJoined(clauses);
    }

    private void SayJoined(List<string> clauses)
    {
        for (var i = 0; i < clauses.Count; i++)
        {
            if (i + 1 < clauses.Count && _random.Chance(0.45))
            {
                Say($"{clauses[i]}{_random.Pick([", and ", " while ", ", while "])}{clauses[++i]}");
            }
            else
            {
                Say(clauses[i]);
            }
        }
    }

    private void Narrate()
    {
        var events = _story.Events;
        for (var i = 0; i < events.Count; i++)
        {
            var connective = i == 0 ? "" : i == events.Count - 1 && i > 1 && _random.Chance(0.3) ? "finally," : _random.Pick(Phrases.Next);
            if (i == 0 && events.Count > 1 && _random.Chance(0.3))
            {
                connective = "first,";
            }

            var lead = connective.Length == 0 ? "" : connective + " ";
            var clause = Happening(events[i], canBeIt: true);
            if (i + 1 >= events.Count || !_random.Chance(0.4))
            {
                Say(lead + clause);
                continue;
            }

            var (one, two) = (events[i], events[++i]);
            var same = one.Subject == two.Subject;
            Say(_random.Next(3) switch
            {
                0 when i < 2 => $"after {clause}, {Happening(two, canBeIt: true)}",
                1 when same => $"{lead}{clause} and then {Happening(two, canBeIt: true, silent: true)}",
                1 => $"{lead}{clause} before {Happening(two, canBeIt: false)}",
                _ => $"{lead}{clause}, and then {Happening(two, canBeIt: same)}",
            });
        }
    }

    /// <summary>A clause that tells an event; a silent one leaves its subject out.</summary>
    private string Happening(StoryEvent e, bool canBeIt, bool silent = false)
    {
        // An object that is first mentioned by an event brings its size along, whatever happens to it.
        var who = silent ? "" : e.Kind == EventKind.Appears && !_mentioned.Contains(e.Subject)
            ? FirstMention(e.Subject, e.Size) + " "
            : Reference(e.Subject, canBeIt) + " ";
        _last = e.Subject;
        switch (e.Kind)
        {
            case EventKind.Appears:
                var text = new StringBuilder(who).Append(_random.Pick(Phrases.Appears));
                if (e.Place is { } place)
                {
                    text.Append(' ').Append(_random.Pick(Phrases.Places(place)));
                }

                if (e.Motion is { } motion)
                {
                    text.Append(" and ").Append(_random.Pick(Phrases.Motions(motion)).Singular);
                }

                return text.ToString();
            case EventKind.Leaves:
                return who + _random.Pick(Phrases.Leaves);
            case EventKind.ChangesColor:
                _colors[e.Subject] = e.Color!.Value;
                return who + string.Format(_random.Pick(Phrases.ChangesColor), Words.Of(e.Color.Value));
            case EventKind.Starts when e.Motion is null:
                return $"{who}{_random.Pick(Phrases.StartsSingular)} to move";
            case EventKind.Starts:
                var (_, move, moving) = _random.Pick(Phrases.Motions(e.Motion.Value));
                var starts = _random.Pick(Phrases.StartsSingular);
                return who + (_random.Chance(0.5) ? $"{starts} {moving}" : $"{starts} to {move}");
            default:
                return who + _random.Pick(Phrases.Stops);
        }
    }

    private string FirstMention(Subject subject, ShapeSize? size)
    {
        _mentioned.Add(subject);
        var color = Words.Of(subject.Color);
        var words = size is null ? color : $"{_random.Pick(Phrases.Sizes(size.Value))} {color}";
        return $"{("aeiou".Contains(words[0]) ? "an" : "a")} {words} {_nouns[subject.Shape]}";
    }

    private string Reference(Subject subject, bool canBeIt)
    {
        if (canBeIt && _last == subject && _random.Chance(0.6))
        {
            return "it";
        }

        return _mentioned.Contains(subject) ? Name(subject) : FirstMention(subject, null);
    }

    private string Name(Subject subject)
    {
        // After a change of colour the new name is as good, unless somebody else bears it.
        var color = _colors.TryGetValue(subject, out var changed)
            && !_story.Subjects.Contains(subject with { Color = changed })
            && _colors.Count(c => c.Key.Shape == subject.Shape && c.Value == changed) == 1
            ? changed
            : subject.Color;
        return $"the {Words.Of(color)} {_nouns[subject.Shape]}";
    }

    private void Say(string sentence)
    {
        var text = _filler is null ? sentence : $"{_filler} {sentence}";
        _filler = null;
        _sentences.Add($"{char.ToUpperInvariant(text[0])}{text[1..]}.");
    }
}
