namespace Praline.SmallWorld;

/// <summary>The words that captions are made of. <see cref="FactParser"/> understands all of them (tested).</summary>
internal static class Phrases
{
    public static readonly IReadOnlyList<string> Settings =
    [
        "the background is {0}", "the scene has a plain {0} background", "everything is on a {0} background",
        "the setting is a plain {0} background", "the {1} shows a plain {0} background",
    ];

    public static readonly IReadOnlyList<string> SettingOpeners = ["on a {0} background,", "against a {0} background,"];

    public static readonly IReadOnlyList<string> Small = ["small", "little", "tiny"];

    public static readonly IReadOnlyList<string> Large = ["large", "big"];

    /// <summary>How people begin who don't look closely.</summary>
    public static readonly IReadOnlyList<string> Fillers = ["so,", "so,", "basically,"];

    public static readonly IReadOnlyList<string> Next = ["then", "after that,", "next,", "later,", "a moment later,", "soon"];

    public static readonly IReadOnlyList<string> Appears = ["appears", "shows up", "comes into view"];

    public static readonly IReadOnlyList<string> Leaves = ["disappears", "leaves", "vanishes", "goes away"];

    public static readonly IReadOnlyList<string> ChangesColor =
        ["turns {0}", "becomes {0}", "changes to {0}", "changes color to {0}"];

    public static readonly IReadOnlyList<string> Stops = ["stops", "stops moving", "comes to a stop"];

    public static readonly IReadOnlyList<string> StartsSingular = ["starts", "begins"];

    public static IReadOnlyList<string> Shapes(Shape shape) => shape switch
    {
        Shape.Square => ["square", "square", "square", "square", "box"],
        Shape.Circle => ["circle", "circle", "circle", "circle", "disc"],
        Shape.Ring => ["ring", "ring", "ring", "ring", "hoop"],
        _ => [Words.Of(shape)],
    };

    public static IReadOnlyList<string> Sizes(ShapeSize size) => size == ShapeSize.Small ? Small : Large;

    public static IReadOnlyList<string> Places(Place place) => place switch
    {
        Place.Top => ["at the top", "near the top", "at the top center"],
        Place.Bottom => ["at the bottom", "near the bottom", "at the bottom center"],
        Place.Left => ["on the left", "on the left side", "at the left edge"],
        Place.Right => ["on the right", "on the right side", "at the right edge"],
        Place.Middle => ["in the middle", "in the center", "at the center"],
        _ => [$"in the {Words.Of(place)}", $"in the {Words.Of(place)} corner", $"at the {Words.Of(place)}"],
    };

    /// <summary>The forms of a motion: "moves left", "move left", "moving left".</summary>
    public static IReadOnlyList<(string Singular, string Plural, string Gerund)> Motions(Motion motion)
    {
        if (motion == Motion.Still)
        {
            return
            [
                ("stays still", "stay still", "staying still"), ("does not move", "do not move", "not moving"),
                ("stays in place", "stay in place", "staying in place"),
            ];
        }

        if (motion == Motion.Circling)
        {
            return
            [
                ("circles around", "circle around", "circling around"), ("moves in circles", "move in circles", "moving in circles"),
                ("goes round and round", "go round and round", "going round and round"),
            ];
        }

        var way = Words.Of(motion);
        var toward = motion is Motion.Left or Motion.Right ? $"to the {way}" : $"{way}ward";
        return
        [
            ($"moves {way}", $"move {way}", $"moving {way}"), ($"moves {toward}", $"move {toward}", $"moving {toward}"),
            ($"slides {way}", $"slide {way}", $"sliding {way}"), ($"drifts {toward}", $"drift {toward}", $"drifting {toward}"),
        ];
    }
}
