namespace Praline.SmallWorld;

/// <summary>
/// One attempt at a scene. Each clip of the video has two moments, at about 30 % and 70 % of it, and things happen only at
/// moments, one at a time: so events are clear of the clips' ends, and a second or more apart.
/// </summary>
internal sealed class SceneDraft(ulong seed, IReadOnlyList<ShapeSize> sizes, SceneOptions options, WorldRandom random)
{
    private static readonly Motion[] Directions = [Motion.Left, Motion.Right, Motion.Up, Motion.Down];

    private readonly List<ActorDraft> _actors = [];
    private readonly List<SceneEvent> _events = [];
    private readonly Dictionary<int, ActorDraft> _arrivals = []; // by moment
    private int[] _moments = [];
    private int _frames;

    /// <summary>The scene, or null when shapes would touch or an object would never appear.</summary>
    public Scene? Build()
    {
        _frames = (int)Math.Round(random.Between(options.MinSeconds, options.MaxSeconds) * options.Fps);
        _moments = Moments();
        AddActors();
        var wanted = random.Between(options.MinEvents, Math.Min(options.MaxEvents, _moments.Length));
        var chosen = random.Shuffled(Enumerable.Range(0, _moments.Length)).Take(wanted).ToHashSet();
        for (var m = 0; m < _moments.Length; m++)
        {
            if (_arrivals.TryGetValue(m, out var arriving))
            {
                _events.Add(Event(m, arriving, EventKind.Stops, motion: arriving.Moving));
                arriving.Arrive();
            }
            else if (chosen.Contains(m) && _events.Count + _arrivals.Keys.Count(a => a > m) < wanted)
            {
                Happen(m);
            }
        }

        foreach (var actor in _actors.Where(a => a.Visible && a.Moving == Motion.Circling))
        {
            actor.StopCircling(_frames, options.Fps);
        }

        var background = random.Pick(Palette.Backgrounds);
        var objects = _actors.Select(a => a.ToObject(_frames)).ToList();
        var scene = new Scene(seed, options.Size, options.Fps, _frames, background, objects, _events);
        return _actors.All(a => a.FirstFrame is not null) && _events.Count >= Math.Min(options.MinEvents, 1) && !Touching(objects)
            ? scene
            : null;
    }

    private int[] Moments()
    {
        var result = new List<int>();
        foreach (var (start, end) in ClipRule.Clips(_frames, _frames / (double)options.Fps))
        {
            var length = end - start;
            result.Add(start + (int)Math.Round(random.Between(0.26, 0.34) * length));
            result.Add(start + (int)Math.Round(random.Between(0.64, 0.72) * length));
        }

        return [.. result];
    }

    private void AddActors()
    {
        var cells = random.Shuffled(Enum.GetValues<Place>());
        var identities = new List<(WorldColor Color, Shape Shape)>();
        while (identities.Count < sizes.Count)
        {
            // Each thing of a video is called by colour and shape, so no two may share both.
            var drawn = Habits.Draw(random);
            if (!identities.Contains(drawn))
            {
                identities.Add(drawn);
            }
        }

        for (var i = 0; i < sizes.Count; i++)
        {
            var circles = random.Chance(options.CirclingShare);
            var offset = circles ? Grid.CirclingRadius : random.Between(0, 0.012);
            var actor = new ActorDraft(
                identities[i].Shape, identities[i].Color, sizes[i], cells[i], circles, offset, random.Between(0, 2 * Math.PI));
            _actors.Add(actor);
            if (i == 0 || !random.Chance(options.LateShare))
            {
                actor.FirstFrame = 0;
                if (random.Chance(options.MovingShare))
                {
                    Move(actor, -1);
                }
            }
        }
    }

    /// <summary>Sets an object in motion at a moment (-1: the video's start); false when there is no room.</summary>
    private bool Move(ActorDraft actor, int moment)
    {
        var from = moment < 0 ? 0 : _moments[moment];
        if (actor.Circles)
        {
            actor.StartCircling(from, random.Chance(0.5));
            return true;
        }

        var ways = (from direction in Directions
                    from cells in (int[])[1, 2]
                    let target = Grid.Neighbor(actor.Cell, direction, cells)
                    where target is not null && !actor.HasMoved(direction)
                    select (direction, target: target.Value)).ToList();
        var ends = Enumerable.Range(moment + 1, 3).Where(m => m > 0 && m < _moments.Length && !_arrivals.ContainsKey(m)).ToList();
        if (ways.Count == 0 || (ends.Count == 0 && moment < _moments.Length - 2))
        {
            return false;
        }

        var way = random.Pick(ways);
        var end = ends.Count == 0 || (moment >= _moments.Length - 3 && random.Chance(0.4)) ? -1 : random.Pick(ends);
        actor.Travel(way.direction, way.target, from, end < 0 ? _frames : _moments[end]);
        if (end >= 0)
        {
            _arrivals.Add(end, actor);
        }

        return true;
    }

    private void Happen(int moment)
    {
        var choices = new List<(ActorDraft Actor, EventKind Kind)>();
        var weights = new List<double>();
        foreach (var actor in _actors)
        {
            Offer(actor, EventKind.Appears, actor.FirstFrame is null ? 10 : 0);
            if (actor.Visible)
            {
                var travels = actor.Moving is not (Motion.Still or Motion.Circling);
                Offer(actor, EventKind.Leaves, travels || _actors.Count(a => a.Visible) < 2 ? 0 : 1);
                Offer(actor, EventKind.ChangesColor, actor.Change is null ? 1 : 0);
                Offer(actor, EventKind.Starts, actor.Moving == Motion.Still ? 1.5 : 0);
                Offer(actor, EventKind.Stops, actor.Moving == Motion.Circling ? 1 : 0);
            }
        }

        if (choices.Count > 0)
        {
            var (actor, kind) = choices[random.PickWeighted(weights)];
            Happen(moment, actor, kind);
        }

        void Offer(ActorDraft actor, EventKind kind, double weight)
        {
            if (weight > 0)
            {
                choices.Add((actor, kind));
                weights.Add(weight);
            }
        }
    }

    private void Happen(int moment, ActorDraft actor, EventKind kind)
    {
        var frame = _moments[moment];
        switch (kind)
        {
            case EventKind.Appears:
                actor.FirstFrame = frame;
                _events.Add(Event(moment, actor, kind));
                if (random.Chance(options.MovingShare))
                {
                    Move(actor, moment);
                }

                break;
            case EventKind.Leaves:
                actor.Leave(frame, options.Fps);
                _events.Add(Event(moment, actor, kind));
                break;
            case EventKind.ChangesColor:
                var free = Palette.ObjectColors.Where(c => !_actors.Any(a =>
                    a.Shape == actor.Shape && (a.Color == c || a.Change?.Color == c))).ToList();
                actor.Change = new ColorChange(frame, random.Pick(free));
                _events.Add(Event(moment, actor, kind, actor.Change.Color));
                break;
            case EventKind.Starts:
                if (Move(actor, moment))
                {
                    _events.Add(Event(moment, actor, kind, motion: actor.Moving));
                }

                break;
            default:
                _events.Add(Event(moment, actor, kind, motion: actor.Moving));
                actor.StopCircling(frame, options.Fps);
                break;
        }
    }

    private SceneEvent Event(int moment, ActorDraft actor, EventKind kind, WorldColor? color = null, Motion? motion = null) =>
        new(_moments[moment], _actors.IndexOf(actor), kind, color, motion);

    private bool Touching(List<SceneObject> objects)
    {
        for (var i = 0; i < objects.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var reach = (objects[i].Radius + objects[j].Radius) * 0.97;
                for (var frame = 0; frame < _frames; frame++)
                {
                    if (objects[i].IsVisible(frame) && objects[j].IsVisible(frame))
                    {
                        var (ax, ay) = objects[i].PositionAt(frame);
                        var (bx, by) = objects[j].PositionAt(frame);
                        if (((ax - bx) * (ax - bx)) + ((ay - by) * (ay - by)) < reach * reach)
                        {
                            return true;
                        }
                    }
                }
            }
        }

        return false;
    }
}
