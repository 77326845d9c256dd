namespace Praline.SmallWorld;

/// <summary>Which colours objects and backgrounds have, and what they look like.</summary>
public static class Palette
{
    /// <summary>The colours that objects have.</summary>
    public static IReadOnlyList<WorldColor> ObjectColors { get; } =
    [
        WorldColor.Red, WorldColor.Orange, WorldColor.Yellow, WorldColor.Green, WorldColor.Blue, WorldColor.Purple, WorldColor.Pink,
    ];

    /// <summary>The colours that backgrounds have.</summary>
    public static IReadOnlyList<WorldColor> Backgrounds { get; } =
        [WorldColor.Black, WorldColor.Gray, WorldColor.Brown];

    /// <summary>Red, green and blue, 0 to 255.</summary>
    public static (byte R, byte G, byte B) Rgb(WorldColor color) => color switch
    {
        WorldColor.Red => (225, 25, 30),
        WorldColor.Orange => (255, 140, 0),
        WorldColor.Yellow => (250, 225, 20),
        WorldColor.Green => (20, 165, 60),
        WorldColor.Blue => (30, 75, 235),
        WorldColor.Purple => (135, 30, 175),
        WorldColor.Pink => (255, 135, 200),
        WorldColor.Black => (12, 12, 12),
        WorldColor.White => (248, 248, 248),
        WorldColor.Gray => (64, 64, 64),
        WorldColor.Brown => (64, 38, 20),
        _ => throw new ArgumentOutOfRangeException(nameof(color), color, "Not a colour of the small world."),
    };
}
