namespace Praline.Evaluation;

/// <summary>Where a panel's data area lies and how its axes map.</summary>
internal sealed record PanelFrame(double Left, double Top, double Width, double Height, Scale X, Scale Y)
{
    /// <summary>The area's right edge.</summary>
    public double Right => Left + Width;

    /// <summary>The area's lower edge.</summary>
    public double Bottom => Top + Height;
}
