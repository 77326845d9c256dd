namespace Praline.SmallWorld;

/// <summary>An object while its scene is being made: what it is and the state it is in at the moment that was reached.</summary>
internal sealed class ActorDraft(Shape shape, WorldColor color, ShapeSize size, Place cell, bool circles, double offset, double angle)
{
    private readonly double offsetX = Grid.Exact(offset * Math.Cos(angle));
    private readonly double offsetY = Grid.Exact(offset * Math.Sin(angle));
    private readonly Place firstCell = cell;
    private readonly List<MotionPhase> phases = [];
    private int phaseStart;
    private int revolution;

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
        (Moving, phaseStart, revolution) = (Motion.Circling, frame, clockwise ? 1 : -1);
    }

    public void StopCircling(int frame, int fps)
    {
        var rounds = Math.Max(1, Math.Round((frame - phaseStart) / (fps * 3.6)));
        var (x, y) = Grid.Center(Cell);
        phases.Add(new MotionPhase(
            Moving, phaseStart, frame, Grid.Exact(x + offsetX), Grid.Exact(y + offsetY), x, y, revolution * rounds));
        Moving = Motion.Still;
    }

    public void Travel(Motion direction, Place target, int from, int to)
    {
        var (fromX, fromY) = Grid.Center(Cell);
        var (toX, toY) = Grid.Center(target);
        phases.Add(new MotionPhase(
            direction,
            from,
            to,
            Grid.Exact(fromX + offsetX),
            Grid.Exact(fromY + offsetY),
            Grid.Exact(toX + offsetX),
            Grid.Exact(toY + offsetY)));
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

    public bool HasMoved(Motion motion) => phases.Any(p => p.Kind == motion);

    public SceneObject ToObject(int frames)
    {
        var (x, y) = Grid.Center(firstCell);
        return new SceneObject(
            Shape, Color, size, FirstFrame ?? frames, EndFrame ?? frames, Grid.Exact(x + offsetX), Grid.Exact(y + offsetY), phases, Change);
    }
}
