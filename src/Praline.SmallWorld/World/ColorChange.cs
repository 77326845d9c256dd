namespace Praline.SmallWorld;

/// <summary>From the frame <paramref name="Frame"/> on, a shape has the colour <paramref name="Color"/>.</summary>
public sealed record ColorChange(int Frame, WorldColor Color);
