namespace Praline.SmallWorld;

/// <summary>The words that <see cref="FactParser"/> understands: those of <see cref="Phrases"/>, their inflections and near synonyms.</summary>
internal static class Vocabulary
{
    public static readonly IReadOnlyDictionary<string, WorldColor> Colors =
        Enum.GetValues<WorldColor>().ToDictionary(Words.Of).Also(("grey", WorldColor.Gray), ("violet", WorldColor.Purple));

    public static readonly IReadOnlyDictionary<string, Shape> Shapes = Enum.GetValues<Shape>().ToDictionary(Words.Of).Also(
        ("disc", Shape.Circle), ("disk", Shape.Circle), ("box", Shape.Square), ("hoop", Shape.Ring), ("plus", Shape.Cross));

    public static readonly IReadOnlyDictionary<string, ShapeSize> Sizes = new Dictionary<string, ShapeSize>().Also(
        ("small", ShapeSize.Small), ("little", ShapeSize.Small), ("tiny", ShapeSize.Small),
        ("large", ShapeSize.Large), ("big", ShapeSize.Large), ("huge", ShapeSize.Large));

    public static readonly IReadOnlyDictionary<string, Motion> Directions = new Dictionary<string, Motion>().Also(
        ("left", Motion.Left), ("leftward", Motion.Left), ("leftwards", Motion.Left),
        ("right", Motion.Right), ("rightward", Motion.Right), ("rightwards", Motion.Right),
        ("up", Motion.Up), ("upward", Motion.Up), ("upwards", Motion.Up),
        ("down", Motion.Down), ("downward", Motion.Down), ("downwards", Motion.Down));

    /// <summary>Row (-1, 0, 1) and column (-1, 0, 1) that a word of place gives; null: it gives none.</summary>
    public static readonly IReadOnlyDictionary<string, (int? Row, int? Column)> PlaceWords =
        new Dictionary<string, (int?, int?)>
        {
            ["top"] = (-1, null),
            ["upper"] = (-1, null),
            ["bottom"] = (1, null),
            ["lower"] = (1, null),
            ["left"] = (null, -1),
            ["right"] = (null, 1),
            ["middle"] = (null, null),
            ["center"] = (null, null),
            ["centre"] = (null, null),
        };

    public static readonly IReadOnlySet<string> PlaceNouns = Set("corner side edge part half area");

    public static readonly IReadOnlySet<string> Prepositions = Set("in on at near");

    public static readonly IReadOnlySet<string> Articles = Set("a an the one this");

    public static readonly IReadOnlySet<string> Moves = Set(
        "move moves moving moved slide slides sliding drift drifts drifting travel travels traveling go goes going float floats floating");

    public static readonly IReadOnlySet<string> Stays = Set("stay stays staying stayed remain remains remaining");

    public static readonly IReadOnlySet<string> Turns = Set(
        "turn turns turning turned become becomes becoming change changes changing changed");

    public static readonly IReadOnlySet<string> Starts = Set("start starts starting started begin begins beginning began");

    /// <summary>Phrases with one meaning; the longest that fits is taken.</summary>
    public static readonly IReadOnlyList<(string[] Words, EventKind Kind)> Events = Phrased<EventKind>(
        ("appear appears appearing appeared enters", EventKind.Appears), ("shows_up show_up comes_into_view come_into_view", EventKind.Appears),
        ("disappear disappears disappearing disappeared leave leaves leaving vanish vanishes vanishing", EventKind.Leaves),
        ("goes_away go_away going_away", EventKind.Leaves),
        ("stop stops stopping stopped stops_moving stop_moving", EventKind.Stops),
        ("comes_to_a_stop come_to_a_stop coming_to_a_stop comes_to_rest", EventKind.Stops));

    /// <summary>Motions that are not a verb and a direction.</summary>
    public static readonly IReadOnlyList<(string[] Words, Motion Kind)> Motions = Phrased<Motion>(
        ("does_not_move do_not_move not_moving not_move still motionless stationary in_place", Motion.Still),
        ("circle_around circles_around circling_around circling in_circles round_and_round", Motion.Circling));

    /// <summary>Words that carry no fact of their own.</summary>
    public static readonly IReadOnlySet<string> Silent = Set(
        "against basically so i guess a an the one this that is are was be been being there here we you see can seen sits sit sitting rests then next later soon moment "
        + "first finally now and to of on in at with has have it its they them both all also which plain background scene setting "
        + "video image picture everything shows show shape shapes object objects color from into as frame screen");

    private static IReadOnlySet<string> Set(string words) => words.Split(' ').ToHashSet();

    private static IReadOnlyList<(string[] Words, T Kind)> Phrased<T>(params (string Phrases, T Kind)[] entries) =>
        [.. from entry in entries
            from phrase in entry.Phrases.Split(' ')
            let words = phrase.Split('_')
            orderby words.Length descending
            select (words, entry.Kind)];

    private static IReadOnlyDictionary<string, T> Also<T>(this Dictionary<string, T> words, params (string Word, T Value)[] more)
    {
        foreach (var (word, value) in more)
        {
            words.Add(word, value);
        }

        return words;
    }
}
