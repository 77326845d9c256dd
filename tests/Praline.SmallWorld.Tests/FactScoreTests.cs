namespace Praline.SmallWorld.Tests;

public class FactScoreTests
{
    // One red circle, small, at the top, still, on navy; it turns blue and leaves: counted by hand, 8 facts.
    private static readonly SceneTruth Truth = new Scene(
        1,
        96,
        4,
        80,
        WorldColor.Navy,
        [new SceneObject(Shape.Circle, WorldColor.Red, ShapeSize.Small, 0, 60, 0.5, 0.25, [], new ColorChange(30, WorldColor.Blue))],
        [new SceneEvent(30, 0, EventKind.ChangesColor, WorldColor.Blue), new SceneEvent(60, 0, EventKind.Leaves)]).Facts();

    [Theory]
    [InlineData("On a navy background, a small red circle at the top stays still. It turns blue and then leaves.", 8, 0, 0)]
    [InlineData("", 0, 0, 8)]
    [InlineData("A red circle. A red circle. The red circle.", 1, 0, 7)] // said three times, counted once
    [InlineData("A small blue circle is at the top.", 3, 0, 5)] // its later name is as good
    [InlineData("A large red circle is at the bottom.", 1, 2, 7)]
    [InlineData("A large pink ring at the bottom moves left and then leaves.", 0, 5, 8)] // all that is said of nobody is false
    [InlineData("A red circle leaves. Then it turns blue.", 3, 1, 5)] // right events in the wrong order
    [InlineData("A red circle leaves. Then a pink ring appears.", 2, 2, 6)] // the order with a false event isn't counted again
    [InlineData("A small red circle is small. It is large.", 2, 0, 6)] // "it is large" names no size of an object: not understood
    public void Counts_by_the_rules(string caption, int right, int wrong, int missed)
    {
        var score = FactScore.Of(caption, Truth);
        Assert.Equal((right, wrong, missed), (score.TruePositives.Count, score.FalsePositives.Count, score.Missed.Count));
    }

    [Fact]
    public void Rates_are_those_of_the_counts()
    {
        var tally = FactScore.Of("A large red circle is at the bottom.", Truth).Tally + FactScore.Of("A red circle.", Truth).Tally;
        Assert.Equal(new FactTally(2, 1, 2, 2, 14), tally);
        Assert.Equal(0.5, tally.Precision);
        Assert.Equal(0.125, tally.Recall);
        Assert.Equal(0.2, tally.F1, 12);
        Assert.Equal(0.5, tally.HallucinationRate);
        Assert.Equal(0.5, tally.HallucinatedShare);
        Assert.Equal(1, FactScore.Of("", Truth).Precision);
    }

    [Fact]
    public void Careful_annotators_score_one_terse_ones_precision_one_and_careless_ones_below()
    {
        var tallies = Enum.GetValues<CaptionStyle>().ToDictionary(s => s, _ => default(FactTally));
        for (ulong seed = 0; seed < 300; seed++)
        {
            var truth = SceneGenerator.Create(seed).Facts();
            foreach (var style in tallies.Keys)
            {
                var random = WorldRandom.Derive(seed, "score");
                var caption = CaptionWriter.Write(Annotator.Tell(truth.Story, style, random), random);
                tallies[style] += FactScore.Of(caption, truth).Tally;
            }
        }

        Assert.Equal(1, tallies[CaptionStyle.Careful].F1);
        Assert.Equal(1, tallies[CaptionStyle.Terse].Precision);
        Assert.InRange(tallies[CaptionStyle.Terse].Recall, 0.3, 0.75);
        Assert.InRange(tallies[CaptionStyle.Careless].Precision, 0.6, 0.9);
        Assert.True(tallies[CaptionStyle.Careless].HallucinatedShare > 0.9);
    }

    [Fact]
    public void Right_clip_captions_together_judge_nearly_as_the_truth_does()
    {
        FactTally careful = default, careless = default, truly = default;
        for (ulong seed = 0; seed < 300; seed++)
        {
            var scene = SceneGenerator.Create(seed);
            var truth = scene.Facts();
            var random = WorldRandom.Derive(seed, "account");
            var account = ClipAccount.Of(scene.Clips().Select(c => CaptionWriter.Write(scene.Facts(c.Start, c.End).Story, random)));
            careful += FactScore.Of(CaptionWriter.Write(truth.Story, random), account).Tally;
            var wrong = CaptionWriter.Write(Annotator.Tell(truth.Story, CaptionStyle.Careless, random), random);
            careless += FactScore.Of(wrong, account).Tally;
            truly += FactScore.Of(wrong, truth).Tally;
        }

        Assert.InRange(careful.Precision, 0.97, 1);
        Assert.InRange(careful.Recall, 0.93, 1);
        Assert.InRange(careless.Precision, truly.Precision - 0.04, truly.Precision + 0.04);
    }
}
