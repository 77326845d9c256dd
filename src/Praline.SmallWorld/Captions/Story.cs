namespace Praline.SmallWorld;

/// <summary>What somebody has to say of a video, before it is put into words: right or wrong, complete or not.</summary>
/// <param name="Background">The background, or null when it isn't mentioned.</param>
/// <param name="Objects">The objects that are there from the start.</param>
/// <param name="Events">What happens, in the order told.</param>
public sealed record Story(WorldColor? Background, IReadOnlyList<StoryObject> Objects, IReadOnlyList<StoryEvent> Events)
{
    /// <summary>All objects that are mentioned.</summary>
    public IReadOnlySet<Subject> Subjects =>
        Objects.Select(o => o.Subject).Concat(Events.Select(e => e.Subject)).ToHashSet();

    /// <summary>Exactly the facts that the story states.</summary>
    public IReadOnlySet<Fact> Facts()
    {
        var facts = new HashSet<Fact>();
        if (Background is { } background)
        {
            facts.Add(Fact.Background(background));
        }

        foreach (var item in Objects)
        {
            Describe(item.Subject, item.Size, item.Place, item.Motion);
        }

        for (var i = 0; i < Events.Count; i++)
        {
            var e = Events[i];
            Describe(e.Subject, e.Size, e.Place, e.Motion);
            facts.Add(e.Fact);
            if (i > 0)
            {
                facts.Add(Fact.Order(Events[i - 1].Fact, e.Fact));
            }
        }

        return facts;

        void Describe(Subject subject, ShapeSize? size, Place? place, Motion? motion)
        {
            facts.Add(Fact.Exists(subject));
            if (size is not null)
            {
                facts.Add(Fact.Size(subject, size.Value));
            }

            if (place is not null)
            {
                facts.Add(Fact.Place(subject, place.Value));
            }

            if (motion is not null)
            {
                facts.Add(Fact.Motion(subject, motion.Value));
            }
        }
    }
}
