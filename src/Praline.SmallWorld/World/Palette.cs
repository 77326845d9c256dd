namespace Praline.SmallWorld;

/// <summary>
/// Which colours objects and backgrounds have, and what they look like. Objects are bright and backgrounds dark: a shape is always lighter
/// than what is behind it, so that a small tower can see it before it knows the colours.
/// </summary>
public static class Palette
{
    /// <summary>The colours that objects have.</summary>
    public static IReadOnlyList<WorldColor> ObjectColors { get; } =
    [
        WorldColor.Red, WorldColor.Orange, WorldColor.Yellow, WorldColor.Green, WorldColor.Blue, WorldColor.Purple, WorldColor.Pink,
    ];

    /// <summary>The colours that backgrounds have.</summary>
    public static IReadOnlyList<WorldColor> Backgrounds { get; } =
        [WorldColor.Black, WorldColor.Navy, WorldColor.Gray, WorldColor.Brown];

    /// <summary>Red, green and blue, 0 to 255.</summary>
    public static (byte R, byte G, byte B) Rgb(WorldColor color) => color switch
    {
        WorldColor.Red => (255, 50, 50),
        WorldColor.Orange => (255, 155, 30),
        WorldColor.Yellow => (255, 240, 60),
        WorldColor.Green => (50, 215, 90),
        WorldColor.Blue => (75, 130, 255),
        WorldColor.Purple => (185, 70, 245),
        WorldColor.Pink => (255, 170, 220),
        WorldColor.Black => (8, 8, 8),
        WorldColor.Navy => (10, 18, 72),
        WorldColor.Gray => (64, 64, 64),
        WorldColor.Brown => (78, 46, 22),
        _ => throw new ArgumentOutOfRangeException(nameof(color), color, "Not a colour of the small world."),
    };
}
