namespace Praline.SmallWorld;

/// <summary>An object while its scene is being made: what it is and the state it is in at the moment that was reached.</summary>
internal sealed class ActorDraft(Shape shape, WorldColor color, ShapeSize size, Place cell, bool circles, double offset, double angle)
{
    private readonly double _offsetX = Grid.Exact(offset * Math.Cos(angle));
    private readonly double _offsetY = Grid.Exact(offset * Math.Sin(angle));
    private readonly Place _firstCell = cell;
    private readonly List<MotionPhase> _phases = [];
    private int _phaseStart;
    private int _revolution;

    public Shape Shape { get; } = shape;

    public WorldColor Color { get; } = color;

    /// <summary>Whether its motion, when it moves, is circling (about its cell's centre); otherwise straight from cell to cell.</summary>
    public bool Circles { get; } = circles;

    public Place Cell { get; private set; } = cell;

    public int? FirstFrame { get; set; }

    public int? EndFrame { get; private set; }

    public ColorChange? Change { get; set; }

    public Motion Moving { get; private set; } = Motion.Still;

    public bool Visible => FirstFrame is not null && EndFrame is null;

    public void StartCircling(int frame, bool clockwise)
    {
        (Moving, _phaseStart, _revolution) = (Motion.Circling, frame, clockwise ? 1 : -1);
    }

    public void StopCircling(int frame, int fps)
    {
        var rounds = Math.Max(1, Math.Round((frame - _phaseStart) / (fps * 3.6)));
        var (x, y) = Grid.Center(Cell);
        _phases.Add(new MotionPhase(
            Moving, _phaseStart, frame, Grid.Exact(x + _offsetX), Grid.Exact(y + _offsetY), x, y, _revolution * rounds));
        Moving = Motion.Still;
    }

    public void Travel(Motion direction, Place target, int from, int to)
    {
        var (fromX, fromY) = Grid.Center(Cell);
        var (toX, toY) = Grid.Center(target);
        _phases.Add(new MotionPhase(
            direction,
            from,
            to,
            Grid.Exact(fromX + _offsetX),
            Grid.Exact(fromY + _offsetY),
            Grid.Exact(toX + _offsetX),
            Grid.Exact(toY + _offsetY)));
        (Moving, Cell) = (direction, target);
    }

    public void Arrive() => Moving = Motion.Still;

    public void Leave(int frame, int fps)
    {
        if (Moving == Motion.Circling)
        {
            StopCircling(frame, fps);
        }

        EndFrame = frame;
    }

    public bool HasMoved(Motion motion) => _phases.Any(p => p.Kind == motion);

    public SceneObject ToObject(int frames)
    {
        var (x, y) = Grid.Center(_firstCell);
        return new SceneObject(
            Shape, Color, size, FirstFrame ?? frames, EndFrame ?? frames, Grid.Exact(x + _offsetX), Grid.Exact(y + _offsetY), _phases, Change);
    }
}
