namespace Praline.SmallWorld;

/// <summary>
/// What the captions of a video's clips together say of the whole video: the reference of a judge that doesn't know the truth. As
/// good as the clip captions are.
/// </summary>
public static class ClipAccount
{
    /// <summary>Puts the clips' statements together.</summary>
    /// <param name="clipCaptions">One caption per clip, in order of time.</param>
    public static FactReference Of(IEnumerable<string> clipCaptions)
    {
        var aliases = new Dictionary<Subject, Subject>();
        var clips = new List<List<Fact>>();
        foreach (var caption in clipCaptions)
        {
            // A clip calls an object by the colour it has there; the whole video by its first.
            var known = new Dictionary<Subject, Subject>(aliases);
            var facts = FactParser.Parse(caption).Facts.Select(f => f.WithSubjects(s => known.GetValueOrDefault(s, s))).ToList();
            clips.Add(facts);
            foreach (var change in facts.Where(f => f.Kind == FactKind.ChangesColor))
            {
                var color = Vocabulary.Colors[change.Value!];
                aliases.TryAdd(change.Subject! with { Color = color }, change.Subject!);
            }
        }

        return Combine(clips, aliases);
    }

    private static FactReference Combine(List<List<Fact>> clips, Dictionary<Subject, Subject> aliases)
    {
        var all = clips.SelectMany(c => c).Where(f => f.Kind != FactKind.Order).ToList();
        var required = new HashSet<Fact>();
        foreach (var group in all.GroupBy(f => (f.Kind, f.Subject)))
        {
            switch (group.Key.Kind)
            {
                case FactKind.Background or FactKind.Size:
                    required.Add(group.CountBy(f => f).MaxBy(c => c.Value).Key); // one is right: most clips'
                    break;
                case FactKind.Place:
                    required.Add(group.First()); // where it is at first
                    break;
                case FactKind.Motion when group.Any(f => f.Value != Words.Of(Motion.Still)):
                    required.UnionWith(group.Where(f => f.Value != Words.Of(Motion.Still)));
                    break;
                default:
                    required.UnionWith(group);
                    break;
            }
        }

        var events = clips.SelectMany(c => c.Where(f => f.IsEvent)).ToList();
        required.UnionWith(events.Zip(events.Skip(1), Fact.Order));
        var tolerated = all.Where(f => f.Kind is not (FactKind.Background or FactKind.Size)).ToHashSet();
        for (var i = 0; i < events.Count; i++)
        {
            tolerated.UnionWith(events.Skip(i + 1).Select(later => Fact.Order(events[i], later)));
        }

        tolerated.ExceptWith(required);
        return new FactReference(required, tolerated, aliases);
    }
}
