namespace Praline.SmallWorld;

/// <summary>One shape of a scene and all that it does. Lengths are in frame widths.</summary>
/// <param name="Shape">Its shape.</param>
/// <param name="Color">Its colour at first.</param>
/// <param name="Size">Its size.</param>
/// <param name="FirstFrame">The first frame that shows it.</param>
/// <param name="EndFrame">The first frame that no longer shows it; the scene's frame count when it stays.</param>
/// <param name="X">Where its centre is at first.</param>
/// <param name="Y">Where its centre is at first.</param>
/// <param name="Phases">Its movements in order of time; between them it is still.</param>
/// <param name="Change">Its change of colour, or null.</param>
public sealed record SceneObject(
    Shape Shape,
    WorldColor Color,
    ShapeSize Size,
    int FirstFrame,
    int EndFrame,
    double X,
    double Y,
    IReadOnlyList<MotionPhase> Phases,
    ColorChange? Change = null)
{
    /// <summary>Half its width, in frame widths.</summary>
    public double Radius => Grid.RadiusOf(Size);

    /// <summary>Whether a frame shows it.</summary>
    public bool IsVisible(int frame) => frame >= FirstFrame && frame < EndFrame;

    /// <summary>Its colour in a frame.</summary>
    public WorldColor ColorAt(int frame) => Change is not null && frame >= Change.Frame ? Change.Color : Color;

    /// <summary>Its movement in a frame, or null when it is still.</summary>
    public MotionPhase? PhaseAt(int frame) => Phases.FirstOrDefault(p => frame >= p.Start && frame < p.End);

    /// <summary>Where its centre is in a frame.</summary>
    public (double X, double Y) PositionAt(int frame) =>
        Phases.LastOrDefault(p => p.Start <= frame)?.PositionAt(frame) ?? (X, Y);
}
