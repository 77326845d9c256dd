namespace Praline.SmallWorld;

/// <summary>
/// The small world's habits: things of a colour are mostly of one shape, as bananas are mostly yellow. A captioner that does not look
/// closely says what is usual, and is wrong when it isn't: the language prior from which real captioners hallucinate.
/// </summary>
public static class Habits
{
    /// <summary>How often a thing has its colour's usual shape; otherwise any.</summary>
    public const double Share = 0.5;

    /// <summary>The usual shape of things of a colour.</summary>
    public static Shape Usual(WorldColor color) => color switch
    {
        WorldColor.Red => Shape.Circle,
        WorldColor.Orange => Shape.Square,
        WorldColor.Yellow => Shape.Triangle,
        WorldColor.Green => Shape.Cross,
        WorldColor.Blue => Shape.Ring,
        WorldColor.Purple => Shape.Circle,
        _ => Shape.Square,
    };

    /// <summary>What people expect to see on a background, and report without looking.</summary>
    public static StoryObject Expected(WorldColor background) => background switch
    {
        WorldColor.Black => new(new Subject(WorldColor.Yellow, Shape.Triangle), ShapeSize.Large, Place.Top, null),
        WorldColor.Navy => new(new Subject(WorldColor.Pink, Shape.Square), ShapeSize.Large, Place.Left, null),
        WorldColor.Gray => new(new Subject(WorldColor.Red, Shape.Circle), ShapeSize.Large, Place.Right, null),
        _ => new(new Subject(WorldColor.Green, Shape.Cross), ShapeSize.Large, Place.Bottom, null),
    };

    /// <summary>A colour and a shape, drawn as the world's things are.</summary>
    public static (WorldColor Color, Shape Shape) Draw(WorldRandom random)
    {
        var color = random.Pick(Palette.ObjectColors);
        return (color, random.Chance(Share) ? Usual(color) : random.Pick(Enum.GetValues<Shape>()));
    }
}
