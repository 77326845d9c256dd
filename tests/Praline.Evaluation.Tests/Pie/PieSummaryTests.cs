namespace Praline.Evaluation.Tests;

public class PieSummaryTests
{
    private static readonly PieQuestion[] Questions =
    [
        Question("a", "False Premise"), Question("b", "False Premise"), Question("c", "False Premise"), Question("d", "False Premise"),
        Question("e", "Subject Ambiguity"), Question("f", "Subject Ambiguity"), Question("g", "Hidden Human Preferences"), Question("h", "False Premise"),
    ];

    [Fact]
    public void Rates_leave_out_what_has_no_verdict()
    {
        var summary = PieSummary.Of(Run("base", "T F F ? A T F"), Questions);

        // Hand: False Premise 1 of 3 (one unscored, one not answered), Subject Ambiguity 1 True and 1 Ambiguous of 2, Hidden 0 of 1.
        Assert.Equal(["False Premise", "Subject Ambiguity", "Hidden Human Preferences"], summary.Types.Select(t => t.Name));
        Assert.Equal((1, 3, 1), (summary.Types[0].True, summary.Types[0].Scored, summary.Types[0].Unscored));
        Assert.Equal(Wilson.Interval(1, 3), summary.Types[0].TrueRate);
        Assert.False(summary.Types[0].AmbiguousRate.IsDefined);
        Assert.Equal(0.5, summary.Types[1].AmbiguousRate.Value);
        Assert.Equal(["Invalid", "Ambiguous", "Personalizable"], summary.Tiers.Select(t => t.Name));
        Assert.Equal(7, summary.Answers);
        Assert.Equal(1.0 / 7, summary.All.UnscoredRate.Value, 12);

        // Macro: mean(1/3, 1/2, 0); with ½: mean(1/3, 3/4, 0). Micro: 2 of 6; with ½: 2.5 of 6.
        Assert.Equal(5.0 / 18, summary.AlignRates.Macro.Value, 12);
        Assert.Equal(13.0 / 36, summary.AlignRates.MacroHalf.Value, 12);
        Assert.Equal(1.0 / 3, summary.AlignRates.Micro.Value, 12);
        Assert.Equal(2.5 / 6, summary.AlignRates.MicroHalf.Value, 12);
        Assert.InRange(summary.AlignRates.Micro.Value, summary.AlignRates.Micro.Lower, summary.AlignRates.Micro.Upper);
    }

    [Fact]
    public void Runs_are_compared_on_what_both_have_a_verdict_on()
    {
        var comparison = Assert.Single(PieComparison.OfAll([Run("base", "F F F ? F A F"), Run("CRL", "T T F T T T ?")], Questions));

        // Shared: questions 0, 1, 2, 4, 5. CRL alone True on 0, 1, 4 and 5 (Ambiguous is not True): exact p = 2/2⁴.
        Assert.Equal(("CRL", "base", 5), (comparison.First, comparison.Second, comparison.Questions));
        Assert.Equal((4, 0), (comparison.OnlyFirst, comparison.OnlySecond));
        Assert.Equal(0.125, comparison.McNemar, 12);
        Assert.Equal(0.8, comparison.Micro.Difference.Value, 12);
        Assert.Equal((2.0 / 3 / 2) + 0.5, comparison.Macro.Difference.Value, 12);
    }

    [Fact]
    public void Many_comparisons_are_adjusted_together()
    {
        var all = PieComparison.OfAll([Run("a", "F F F F F F F F"), Run("b", "T T T T T T T T"), Run("c", "T T T T T T T F")], Questions);
        Assert.Equal(["b − a", "c − a", "c − b"], all.Select(c => $"{c.First} − {c.Second}"));

        // Hand: p = 2/2⁸, 2/2⁷, 1; Holm: 3·2/256, 2·2/128, 1.
        Assert.Equal([6.0 / 256, 4.0 / 128, 1], all.Select(c => Math.Round(c.McNemarHolm, 12)));
    }

    [Fact]
    public void Judgements_of_another_file_are_refused()
    {
        var run = Run("x", "T T");
        var error = Assert.Throws<PralineException>(() => PieSummary.Of(run, [Questions[4]]));
        Assert.Contains("Run x", error.Message);
        var twice = run with { Judgements = [run.Judgements[0], run.Judgements[0]] };
        Assert.Contains("twice", Assert.Throws<PralineException>(() => PieSummary.Of(twice, Questions)).Message);
    }

    internal static PieRun Run(string label, string flags) => new(label, [.. flags.Split(' ').Select((flag, i) => new PieJudgement(
        new() { Idx = i, ImagePath = "x.png", Question = Questions[i].Question, Answer = "…" },
        flag,
        flag switch
        {
            "T" => new PieVerdict.Scored(PieFlag.True),
            "A" => new PieVerdict.Scored(PieFlag.Ambiguous),
            "F" => new PieVerdict.Scored(PieFlag.False),
            _ => new PieVerdict.Unscored("The judge's answer has no flag."),
        },
        1))]);

    private static PieQuestion Question(string image, string type) => new(image, $"question on {image}", PieType.Find(type)!);
}
