namespace Praline.SmallWorld;

/// <summary>Watches a scene between two frames and tells what there is to see.</summary>
internal sealed class SceneWatcher(Scene scene, int start, int end)
{
    private const double ClearTravel = 0.1; // frame widths: a fifth of the way across is seen, a jitter isn't
    private const double SlightTravel = 0.02;

    private readonly int _margin = (scene.Fps + 1) / 2; // frames: nearer to the range's ends nothing is asked for
    private readonly HashSet<Fact> _tolerated = [];
    private readonly Dictionary<Subject, Subject> _aliases = [];

    public SceneTruth Watch()
    {
        var objects = new List<StoryObject>();
        var appearing = new Dictionary<int, StoryObject>();
        for (var i = 0; i < scene.Objects.Count; i++)
        {
            var item = scene.Objects[i];
            var (first, last) = (Math.Max(start, item.FirstFrame), Math.Min(end, item.EndFrame - 1));
            if (last < first)
            {
                continue;
            }

            var known = Look(item, first, last);
            if (last - first < _margin && last - first < end - start)
            {
                Tolerate(known); // a glimpse
            }
            else if (item.FirstFrame > start + _margin)
            {
                appearing.Add(i, known);
            }
            else
            {
                objects.Add(known);
            }
        }

        return Tell(objects, appearing);
    }

    private SceneTruth Tell(List<StoryObject> objects, Dictionary<int, StoryObject> appearing)
    {
        var known = objects.Concat(appearing.Values).Select(o => o.Subject).ToHashSet();
        var told = new List<StoryEvent>();
        var orders = new HashSet<Fact>();
        var passed = new List<Fact>();
        foreach (var e in scene.Events.Where(e => e.Frame > start && e.Frame <= end))
        {
            var item = scene.Objects[e.Object];
            var subject = SubjectOf(item);
            var fact = Fact.Event(subject, e.Kind, e.Color);
            var clear = e.Frame > start + _margin && e.Frame <= end - _margin && known.Contains(subject);
            if (clear && e.Motion is { } motion)
            {
                var phase = item.Phases.First(p => (e.Kind == EventKind.Starts ? p.Start : p.End) == e.Frame);
                clear = IsClear(phase, Math.Max(start, item.FirstFrame), Math.Min(end, item.EndFrame - 1));
            }

            orders.UnionWith(passed.Select(p => Fact.Order(p, fact)));
            passed.Add(fact);
            if (!clear)
            {
                _tolerated.Add(fact);
                continue;
            }

            told.Add(e.Kind == EventKind.Appears
                ? new StoryEvent(e.Kind, subject, appearing[e.Object].Size, appearing[e.Object].Place, appearing[e.Object].Motion)
                : new StoryEvent(e.Kind, subject, Motion: e.Kind == EventKind.Starts ? e.Motion : null, Color: e.Color));
        }

        var story = new Story(scene.Background, objects, told);
        _tolerated.UnionWith(orders);
        _tolerated.ExceptWith(story.Facts());
        return new SceneTruth(story, _tolerated, _aliases);
    }

    private StoryObject Look(SceneObject item, int first, int last)
    {
        var subject = SubjectOf(item);
        if (item.Change is { } change && change.Frame <= last && change.Color != subject.Color)
        {
            _aliases.Add(subject with { Color = change.Color }, subject);
        }
        else if (item.ColorAt(first) != subject.Color)
        {
            _aliases.Add(subject with { Color = item.ColorAt(first) }, subject);
        }

        for (var frame = first; frame <= last; frame++)
        {
            var (px, py) = item.PositionAt(frame);
            _tolerated.Add(Fact.Place(subject, Grid.PlaceOf(px, py)));
        }

        // A circling shape's place is its cell, wherever on its round it is.
        var opening = item.PhaseAt(first);
        var (x, y) = opening?.Kind == Motion.Circling ? (opening.ToX, opening.ToY) : item.PositionAt(first);
        Place? place = Grid.BorderDistance(x, y) < 0.045 ? null : Grid.PlaceOf(x, y);
        return new StoryObject(subject, item.Size, place, OpeningMotion(item, subject, opening, first, last));
    }

    private Motion? OpeningMotion(SceneObject item, Subject subject, MotionPhase? opening, int first, int last)
    {
        var seen = item.Phases.Where(p => p.Start < last && p.End > first && TravelOf(p, first, last) > SlightTravel).ToList();
        foreach (var phase in seen)
        {
            _tolerated.Add(Fact.Motion(subject, phase.Kind));
        }

        if (seen.Count == 0)
        {
            return Motion.Still;
        }

        _tolerated.Add(Fact.Motion(subject, Motion.Still)); // still for a part of the time
        return opening is not null && IsClear(opening, first, last) ? opening.Kind : null;
    }

    private bool IsClear(MotionPhase phase, int first, int last) => TravelOf(phase, first, last) >= ClearTravel;

    /// <summary>How far a phase takes its object within the range; of a circling one along its round.</summary>
    private static double TravelOf(MotionPhase phase, int first, int last)
    {
        var (from, to) = (Math.Max(first, phase.Start), Math.Min(last, phase.End));
        var length = Math.Sqrt(Math.Pow(phase.ToX - phase.FromX, 2) + Math.Pow(phase.ToY - phase.FromY, 2));
        var whole = phase.Kind == Motion.Circling ? Math.Abs(phase.Turns) * 2 * Math.PI * length / 2 : length;
        return to <= from ? 0 : whole * (to - from) / (phase.End - phase.Start);
    }

    /// <summary>An object goes by the colour it has when first clearly seen.</summary>
    private Subject SubjectOf(SceneObject item)
    {
        var first = Math.Max(start, item.FirstFrame);
        return new Subject(item.ColorAt(Math.Min(first + _margin, scene.FrameCount - 1)), item.Shape);
    }

    private void Tolerate(StoryObject known)
    {
        _tolerated.UnionWith(new Story(null, [known], []).Facts());
    }
}
