namespace Praline.SmallWorld;

/// <summary>The mistakes that people make when they describe a video in a hurry.</summary>
public static class Mistakes
{
    private static readonly Func<Story, WorldRandom, Story?>[] All =
        [Color, Form, Size, Place, Place, Movement, Movement, InventObject, InventEvent, InventEvent, Swap];

    /// <summary>The story with one mistake more, or null when the mistake that was drawn doesn't fit this story.</summary>
    public static Story? Make(Story story, WorldRandom random) => random.Pick(All)(story, random);

    /// <summary>Reports what is expected on such a background, unless something of that name is there or a background isn't known.</summary>
    public static Story SeeTheExpected(Story story, WorldColor? background) =>
        background is { } b && Habits.Expected(b) is var item && !Taken(story, item.Subject)
            ? story with { Objects = [.. story.Objects, item] }
            : story;

    /// <summary>Has the object that was named first leave at the end, unless it has left already.</summary>
    public static Story EndAsUsual(Story story)
    {
        var subject = (story.Objects.OrderBy(o => o.Place ?? Praline.SmallWorld.Place.Middle).FirstOrDefault()?.Subject ?? story.Events[0].Subject);
        return story.Events.Any(e => e.Subject == subject && e.Kind == EventKind.Leaves)
            ? story
            : story with { Events = [.. story.Events, new StoryEvent(EventKind.Leaves, subject)] };
    }

    private static Story? Color(Story story, WorldRandom random)
    {
        var subject = random.Pick([.. story.Subjects]);
        return Rename(story, subject, subject with { Color = random.Pick(Palette.ObjectColors) });
    }

    private static Story? Form(Story story, WorldRandom random)
    {
        var subject = random.Pick([.. story.Subjects]);
        return Rename(story, subject, subject with { Shape = random.Pick(Enum.GetValues<Shape>()) });
    }

    private static Story? Rename(Story story, Subject from, Subject to)
    {
        if (Taken(story, to) || story.Events.Any(e => e.Subject == from && e.Color is { } c && Taken(story, to with { Color = c })))
        {
            return null;
        }

        return story with
        {
            Objects = [.. story.Objects.Select(o => o.Subject == from ? o with { Subject = to } : o)],
            Events = [.. story.Events.Select(e => e.Subject == from ? e with { Subject = to } : e)],
        };
    }

    private static Story? Size(Story story, WorldRandom random) => Change(
        story,
        random,
        o => o.Size is null ? null : o with { Size = 1 - o.Size },
        e => e.Size is null ? null : e with { Size = 1 - e.Size });

    private static Story? Place(Story story, WorldRandom random)
    {
        var place = random.Pick(Enum.GetValues<Place>());
        return Change(
            story,
            random,
            o => o.Place is null ? null : o with { Place = place },
            e => e.Place is null ? null : e with { Place = place });
    }

    private static Story? Movement(Story story, WorldRandom random)
    {
        var motion = random.Pick(Enum.GetValues<Motion>());
        return Change(
            story,
            random,
            o => o.Motion is null ? null : o with { Motion = motion },
            e => e.Motion is null || (e.Kind == EventKind.Starts && motion == Motion.Still) ? null : e with { Motion = motion });
    }

    private static Story? InventObject(Story story, WorldRandom random)
    {
        var subject = new Subject(random.Pick(Palette.ObjectColors), random.Pick(Enum.GetValues<Shape>()));
        var item = new StoryObject(
            subject,
            random.Pick(Enum.GetValues<ShapeSize>()),
            random.Pick(Enum.GetValues<Place>()),
            random.Chance(0.5) ? random.Pick(Enum.GetValues<Motion>()) : null);
        return Taken(story, subject) ? null : story with { Objects = [.. story.Objects, item] };
    }

    private static Story? InventEvent(Story story, WorldRandom random)
    {
        var subject = random.Pick([.. story.Subjects]);
        var mine = story.Events.Where(e => e.Subject == subject).ToList();
        var kind = random.Pick([EventKind.Leaves, EventKind.ChangesColor, EventKind.Starts, EventKind.Stops]);
        var color = random.Pick(Palette.ObjectColors);
        if (mine.Any(e => e.Kind == kind || e.Kind == EventKind.Leaves)
            || (kind == EventKind.ChangesColor && Taken(story, subject with { Color = color })))
        {
            return null;
        }

        var motion = random.Pick([Motion.Left, Motion.Right, Motion.Up, Motion.Down, Motion.Circling]);
        return story with
        {
            Events = [.. story.Events, new StoryEvent(
                kind,
                subject,
                Motion: kind == EventKind.Starts ? motion : null,
                Color: kind == EventKind.ChangesColor ? color : null)],
        };
    }

    private static Story? Swap(Story story, WorldRandom random)
    {
        if (story.Events.Count < 2)
        {
            return null;
        }

        var i = random.Next(story.Events.Count - 1);
        var events = story.Events.ToList();
        if (events[i].Subject == events[i + 1].Subject)
        {
            return null;
        }

        (events[i], events[i + 1]) = (events[i + 1], events[i]);
        return story with { Events = events };
    }

    /// <summary>Changes one object or event, chosen at random.</summary>
    private static Story? Change(
        Story story, WorldRandom random, Func<StoryObject, StoryObject?> item, Func<StoryEvent, StoryEvent?> happening)
    {
        var i = random.Next(story.Objects.Count + story.Events.Count);
        var (objects, events) = (story.Objects.ToList(), story.Events.ToList());
        if (i < objects.Count)
        {
            return item(objects[i]) is { } o ? story with { Objects = [.. objects[..i], o, .. objects[(i + 1)..]] } : null;
        }

        i -= objects.Count;
        return happening(events[i]) is { } e ? story with { Events = [.. events[..i], e, .. events[(i + 1)..]] } : null;
    }

    /// <summary>Whether some object bears this name at some time.</summary>
    private static bool Taken(Story story, Subject subject) =>
        story.Subjects.Contains(subject)
        || story.Events.Any(e => e.Color is { } c && e.Subject with { Color = c } == subject);
}
