using System.Text;

namespace Praline.SmallWorld;

/// <summary>
/// Puts a story into varied natural English that states exactly the story's facts; <see cref="FactParser"/> reads them back.
/// First the setting and who is there, then what happens, in order of time.
/// </summary>
public sealed class CaptionWriter
{
    private readonly Story story;
    private readonly WorldRandom random;
    private readonly string medium;
    private readonly HashSet<Subject> mentioned = [];
    private readonly Dictionary<Subject, WorldColor> colors = []; // after a change
    private readonly Dictionary<Shape, string> nouns;
    private readonly List<string> sentences = [];
    private string? filler; // until the first sentence is said
    private Subject? last; // whom "it" would mean

    private CaptionWriter(Story story, WorldRandom random, string medium)
    {
        (this.story, this.random, this.medium) = (story, random, medium);
        nouns = Enum.GetValues<Shape>().ToDictionary(s => s, s => random.Pick(Phrases.Shapes(s)));
    }

    /// <summary>Writes a caption of one paragraph.</summary>
    /// <param name="story">What is to be said.</param>
    /// <param name="random">Draws the words.</param>
    /// <param name="medium">What the caption calls what it describes.</param>
    /// <param name="filler">A word that the caption begins with, or null.</param>
    public static string Write(Story story, WorldRandom random, string medium = "video", string? filler = null) =>
        new CaptionWriter(story, random, medium) { filler = filler }.Write();

    private string Write()
    {
        var setting = story.Background is { } b ? Words.Of(b) : null;
        var opener = "";
        var settingLast = false;
        if (setting is not null)
        {
            var way = random.PickWeighted([0.5, 0.35, 0.15]);
            if (way == 1 && story.Objects.Count > 0)
            {
                opener = string.Format(random.Pick(Phrases.SettingOpeners), setting) + " ";
            }
            else if (way == 2)
            {
                settingLast = true;
            }
            else
            {
                Say(string.Format(random.Pick(Phrases.Settings), setting, medium));
            }
        }

        Introduce(opener);
        Narrate();
        if (settingLast)
        {
            Say(string.Format(random.Pick(Phrases.Settings), setting, medium));
        }

        return string.Join(' ', sentences);
    }

    private void Introduce(string opener)
    {
        var later = new List<StoryObject>();
        var clauses = new List<string>();
        // From the top left to the bottom right: an order that a small model can learn.
        foreach (var item in story.Objects.OrderBy(o => o.Place ?? Place.Middle))
        {
            var now = item.Motion is not null && random.Chance(0.6);
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
        var place = item.Place is { } p ? random.Pick(Phrases.Places(p)) : null;
        last = item.Subject;
        if (motion is { } m)
        {
            var (moves, _, moving) = random.Pick(Phrases.Motions(m));
            if (place is null)
            {
                return random.Chance(0.5) ? $"{noun} {moves}" : $"there is {noun} {moving}";
            }

            return random.Next(5) switch
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
            return random.Pick([$"there is {noun}", $"{noun} can be seen", $"we see {noun}"]);
        }

        return random.Next(opens ? 5 : 4) switch
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
            var (moves, move, _) = random.Pick(Phrases.Motions(group.Key));
            if (members.Count > 1)
            {
                var names = members.Select(i => Name(i.Subject)).ToList();
                clauses.Add($"{string.Join(", ", names[..^1])} and {names[^1]} {move}");
                last = null;
            }
            else
            {
                clauses.Add($"{Reference(members[0].Subject, clauses.Count == 0)} {moves}");
                last = members[0].Subject;
            }
        }

        SayJoined(clauses);
    }

    private void SayJoined(List<string> clauses)
    {
        for (var i = 0; i < clauses.Count; i++)
        {
            if (i + 1 < clauses.Count && random.Chance(0.45))
            {
                Say($"{clauses[i]}{random.Pick([", and ", " while ", ", while "])}{clauses[++i]}");
            }
            else
            {
                Say(clauses[i]);
            }
        }
    }

    private void Narrate()
    {
        var events = story.Events;
        for (var i = 0; i < events.Count; i++)
        {
            var connective = i == 0 ? "" : i == events.Count - 1 && i > 1 && random.Chance(0.3) ? "finally," : random.Pick(Phrases.Next);
            if (i == 0 && events.Count > 1 && random.Chance(0.3))
            {
                connective = "first,";
            }

            var lead = connective.Length == 0 ? "" : connective + " ";
            var clause = Happening(events[i], canBeIt: true);
            if (i + 1 >= events.Count || !random.Chance(0.4))
            {
                Say(lead + clause);
                continue;
            }

            var (one, two) = (events[i], events[++i]);
            var same = one.Subject == two.Subject;
            Say(random.Next(3) switch
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
        var who = silent ? "" : e.Kind == EventKind.Appears && !mentioned.Contains(e.Subject)
            ? FirstMention(e.Subject, e.Size) + " "
            : Reference(e.Subject, canBeIt) + " ";
        last = e.Subject;
        switch (e.Kind)
        {
            case EventKind.Appears:
                var text = new StringBuilder(who).Append(random.Pick(Phrases.Appears));
                if (e.Place is { } place)
                {
                    text.Append(' ').Append(random.Pick(Phrases.Places(place)));
                }

                if (e.Motion is { } motion)
                {
                    text.Append(" and ").Append(random.Pick(Phrases.Motions(motion)).Singular);
                }

                return text.ToString();
            case EventKind.Leaves:
                return who + random.Pick(Phrases.Leaves);
            case EventKind.ChangesColor:
                colors[e.Subject] = e.Color!.Value;
                return who + string.Format(random.Pick(Phrases.ChangesColor), Words.Of(e.Color.Value));
            case EventKind.Starts when e.Motion is null:
                return $"{who}{random.Pick(Phrases.StartsSingular)} to move";
            case EventKind.Starts:
                var (_, move, moving) = random.Pick(Phrases.Motions(e.Motion.Value));
                var starts = random.Pick(Phrases.StartsSingular);
                return who + (random.Chance(0.5) ? $"{starts} {moving}" : $"{starts} to {move}");
            default:
                return who + random.Pick(Phrases.Stops);
        }
    }

    private string FirstMention(Subject subject, ShapeSize? size)
    {
        mentioned.Add(subject);
        var color = Words.Of(subject.Color);
        var words = size is null ? color : $"{random.Pick(Phrases.Sizes(size.Value))} {color}";
        return $"{("aeiou".Contains(words[0]) ? "an" : "a")} {words} {nouns[subject.Shape]}";
    }

    private string Reference(Subject subject, bool canBeIt)
    {
        if (canBeIt && last == subject && random.Chance(0.6))
        {
            return "it";
        }

        return mentioned.Contains(subject) ? Name(subject) : FirstMention(subject, null);
    }

    private string Name(Subject subject)
    {
        // After a change of colour the new name is as good, unless somebody else bears it.
        var color = colors.TryGetValue(subject, out var changed)
            && !story.Subjects.Contains(subject with { Color = changed })
            && colors.Count(c => c.Key.Shape == subject.Shape && c.Value == changed) == 1
            ? changed
            : subject.Color;
        return $"the {Words.Of(color)} {nouns[subject.Shape]}";
    }

    private void Say(string sentence)
    {
        var text = filler is null ? sentence : $"{filler} {sentence}";
        filler = null;
        sentences.Add($"{char.ToUpperInvariant(text[0])}{text[1..]}.");
    }
}
