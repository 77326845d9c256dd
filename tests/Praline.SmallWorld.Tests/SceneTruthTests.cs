namespace Praline.SmallWorld.Tests;

/// <summary>Facts of scenes made by hand, written down from what one would see.</summary>
public class SceneTruthTests
{
    private static readonly Subject RedCircle = new(WorldColor.Red, Shape.Circle);
    private static readonly Subject BlueRing = new(WorldColor.Blue, Shape.Ring);

    // 20 seconds, 4 frames a second, two clips. A red circle slides along the top from left to right between 4 s and 8 s and
    // turns green at 14 s. A blue ring appears at 6 s at the bottom and leaves at 16 s.
    private static readonly Scene Example = new(
        1,
        96,
        4,
        80,
        WorldColor.Black,
        [
            new SceneObject(
                Shape.Circle,
                WorldColor.Red,
                ShapeSize.Large,
                0,
                80,
                0.25,
                0.25,
                [new MotionPhase(Motion.Right, 16, 32, 0.25, 0.25, 0.75, 0.25)],
                new ColorChange(56, WorldColor.Green)),
            new SceneObject(Shape.Ring, WorldColor.Blue, ShapeSize.Small, 24, 64, 0.5, 0.75, []),
        ],
        [
            new SceneEvent(16, 0, EventKind.Starts, Motion: Motion.Right),
            new SceneEvent(24, 1, EventKind.Appears),
            new SceneEvent(32, 0, EventKind.Stops, Motion: Motion.Right),
            new SceneEvent(56, 0, EventKind.ChangesColor, WorldColor.Green),
            new SceneEvent(64, 1, EventKind.Leaves),
        ]);

    [Fact]
    public void The_whole_video()
    {
        AssertFacts(
            Example.Facts().Required,
            "background black",
            "red circle exists",
            "red circle size large",
            "red circle place top left",
            "red circle motion right",
            "red circle starts",
            "red circle stops",
            "red circle changes color green",
            "blue ring exists",
            "blue ring size small",
            "blue ring place bottom",
            "blue ring motion still",
            "blue ring appears",
            "blue ring leaves",
            "red circle starts before blue ring appears",
            "blue ring appears before red circle stops",
            "red circle stops before red circle changes color green",
            "red circle changes color green before blue ring leaves");
    }

    [Fact]
    public void A_clip_has_what_is_seen_in_it()
    {
        AssertFacts(
            Example.Facts(40, 79).Required,
            "background black",
            "red circle exists",
            "red circle size large",
            "red circle place top right",
            "red circle motion still",
            "red circle changes color green",
            "blue ring exists",
            "blue ring size small",
            "blue ring place bottom",
            "blue ring motion still",
            "blue ring leaves",
            "red circle changes color green before blue ring leaves");
    }

    [Fact]
    public void An_object_that_has_changed_before_goes_by_its_new_color()
    {
        AssertFacts(
            Example.Facts(66, 79).Required,
            "background black",
            "green circle exists",
            "green circle size large",
            "green circle place top right",
            "green circle motion still");
    }

    [Fact]
    public void What_happens_at_a_ranges_very_end_is_tolerated_but_not_asked_for()
    {
        var truth = Example.Facts(0, 25); // the ring has been there for two frames
        Assert.DoesNotContain(Fact.Event(BlueRing, EventKind.Appears), truth.Required);
        Assert.Contains(Fact.Event(BlueRing, EventKind.Appears), truth.Tolerated);
        Assert.Contains(Fact.Exists(BlueRing), truth.Tolerated);
    }

    [Fact]
    public void Later_places_and_names_are_tolerated()
    {
        var truth = Example.Facts();
        Assert.Contains(Fact.Place(RedCircle, Place.Top), truth.Tolerated);
        Assert.Contains(Fact.Place(RedCircle, Place.TopRight), truth.Tolerated);
        Assert.DoesNotContain(Fact.Place(RedCircle, Place.Bottom), truth.Tolerated);
        Assert.True(truth.Allows(Fact.Exists(RedCircle with { Color = WorldColor.Green })));
        Assert.False(truth.Allows(Fact.Exists(RedCircle with { Color = WorldColor.Pink })));
        Assert.True(truth.Allows(Fact.Order(Fact.Event(RedCircle, EventKind.Starts), Fact.Event(BlueRing, EventKind.Leaves))));
        Assert.False(truth.Allows(Fact.Order(Fact.Event(BlueRing, EventKind.Leaves), Fact.Event(RedCircle, EventKind.Starts))));
    }

    [Fact]
    public void A_range_outside_the_video_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Example.Facts(10, 80));

    [Fact]
    public void What_a_clip_requires_the_video_allows()
    {
        for (ulong seed = 0; seed < 400; seed++)
        {
            var scene = SceneGenerator.Create(seed);
            var whole = scene.Facts();
            foreach (var (start, end) in scene.Clips())
            {
                foreach (var fact in scene.Facts(start, end).Required)
                {
                    Assert.True(whole.Allows(fact), $"seed {seed}, frames {start} to {end}: {fact}");
                }
            }
        }
    }

    private static void AssertFacts(IEnumerable<Fact> facts, params string[] expected) =>
        Assert.Equal(expected.Order(StringComparer.Ordinal), facts.Select(f => f.ToString()).Order(StringComparer.Ordinal));
}
