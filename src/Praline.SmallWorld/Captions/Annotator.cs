namespace Praline.SmallWorld;

/// <summary>Somebody who watched a video: makes of the complete story the one that is told.</summary>
public static class Annotator
{
    /// <summary>The story as an annotator of a style tells it.</summary>
    public static Story Tell(Story truth, CaptionStyle style, WorldRandom random, AnnotatorOptions? options = null)
    {
        options ??= new AnnotatorOptions();
        switch (style)
        {
            case CaptionStyle.Careful:
                return truth;
            case CaptionStyle.Terse:
                return Omit(truth, options.Terse, random);
            default:
                var told = Omit(truth, options.Careless, random);
                var story = random.Chance(options.HabitShare) ? Mistakes.SeeTheExpected(told, truth.Background) : told;
                story = random.Chance(options.HabitShare) ? Mistakes.EndAsUsual(story) : story;
                var mistakes = random.Between(story == told ? 1 : 0, options.MaxMistakes);
                for (var made = 0; made < mistakes;)
                {
                    if (Mistakes.Make(story, random) is { } worse && !worse.Facts().SetEquals(story.Facts()))
                    {
                        story = worse;
                        made++;
                    }
                }

                return story;
        }
    }

    private static Story Omit(Story story, AnnotatorOptions.Omissions rates, WorldRandom random)
    {
        var subjects = story.Subjects.ToList();
        var kept = subjects.Where(_ => !random.Chance(rates.Object)).ToHashSet();
        if (kept.Count == 0)
        {
            kept.Add(random.Pick(subjects));
        }

        return new Story(
            Keep(story.Background, rates.Background),
            [.. story.Objects.Where(o => kept.Contains(o.Subject)).Select(o => o with
            {
                Size = Keep(o.Size, rates.Size),
                Place = Keep(o.Place, rates.Place),
                Motion = Keep(o.Motion, o.Motion == Motion.Still ? rates.Still : rates.Motion),
            })],
            // What appears is named when it does, so that event stays: an object would come from nowhere.
            [.. story.Events.Where(e => kept.Contains(e.Subject) && (e.Kind == EventKind.Appears || !random.Chance(rates.Event)))
                .Select(e => e.Kind != EventKind.Appears ? e : e with
                {
                    Size = Keep(e.Size, rates.Size),
                    Place = Keep(e.Place, rates.Place),
                    Motion = Keep(e.Motion, e.Motion == Motion.Still ? rates.Still : rates.Motion),
                })]);

        T? Keep<T>(T? value, double rate)
            where T : struct => random.Chance(rate) ? null : value;
    }
}
