using System.Text.Json;
using Praline.Testing;

namespace Praline.Preferences.Tests;

public class OfflineJudgeTests
{
    private static readonly string[] Clips =
    [
        "A large red circle moves to the right while a small blue square stays in the corner.",
        "The red circle stops. A green triangle appears at the top and the blue square disappears.",
    ];

    // The order of good to bad is plain to a reader; the numbers follow from the rules in docs/judges.md.
    [Fact]
    public async Task Inventions_cost_and_paraphrases_do_not()
    {
        string[] candidates =
        [
            "A big red disc moves rightwards and then stops. A small blue square vanishes and a green triangle appears at the top.",
            "A large blue circle moves to the left and then disappears. A yellow star appears at the bottom.",
            "A dog runs across the beach and catches a frisbee.",
        ];
        var judged = await Judge(candidates);
        var hallucination = Scores(judged.Hallucination);
        Assert.Equal(5, hallucination[0]);
        Assert.InRange(hallucination[1], 1, 3);
        Assert.Equal(0, hallucination[2]);
        Assert.True(Total(judged, 0) - Total(judged, 1) >= 4, $"{Total(judged, 0)} against {Total(judged, 1)}");
    }

    [Fact]
    public async Task Harmony_sees_form_and_coverage()
    {
        const string full = "A large red circle moves to the right and stops, a small blue square stays in the corner and disappears, and a green triangle appears at the top";
        var harmony = Scores((await Judge(
        [
            full + ".",
            full + " and then it",
            "This image shows that " + full.ToLowerInvariant() + ".",
            full + ". It is a beautiful, stunning sight.",
            "A red circle moves.",
            "A red circle moves to the right. A red circle moves to the right. A red circle moves to the right. A red circle moves to the right.",
        ])).Harmony);
        Assert.Equal([5, 4, 4, 4], harmony.Take(4));
        Assert.True(harmony[4] < 5 && harmony[5] < 5);
        Assert.True(harmony[5] <= harmony[4]);
    }

    [Fact]
    public async Task Consistency_marks_the_odd_one_out()
    {
        var consistency = Scores((await Judge(
        [
            "A red circle moves to the right and stops.", "The red circle moves right, then it stops.",
            "A red circle is moving to the right before stopping.", "Two people are cooking in a kitchen.",
        ])).Consistency);
        Assert.Equal([3, 3, 3, 0], consistency);
    }

    [Fact]
    public async Task Nothing_to_judge_is_no_score()
    {
        var judged = await Judge(["", "...", "A red circle."]);
        Assert.All(judged.Aspects, a => Assert.Equal([false, false, true], a.Judgements.Select(j => j is Judgement.Scored)));
        var blind = await new OfflineJudge().JudgeAsync(
            new JudgeCase { VideoName = "v", Question = "", ClipCaptions = [""], Candidates = ["A red circle."] }, default);
        Assert.IsType<Judgement.Unscored>(blind.Hallucination[0]);
    }

    [Fact]
    public async Task Claims_can_be_found_by_another_extractor()
    {
        var judge = new OfflineJudge(new Lines());
        var judged = await judge.JudgeAsync(
            new JudgeCase { VideoName = "v", Question = "", ClipCaptions = ["a|b"], Candidates = ["a|b", "a|c"] }, default);
        Assert.Equal([5.0, 1.0], Scores(judged.Hallucination));
        Assert.NotEqual(new OfflineJudge().Fingerprint, judge.Fingerprint);
    }

    [Theory]
    [InlineData("moves", "moving")]
    [InlineData("stopped", "halts")]
    [InlineData("running", "jogging")]
    [InlineData("children", "kids")]
    [InlineData("carries", "carried")]
    [InlineData("boxes", "box")]
    [InlineData("huge", "large")]
    [InlineData("appears", "appearing")]
    [InlineData("rightwards", "right")]
    public void Words_of_one_meaning_are_one(string a, string b) => Assert.Equal(EnglishWords.Normal(a), EnglishWords.Normal(b));

    [Theory]
    [InlineData("left", "right")]
    [InlineData("appears", "disappears")]
    [InlineData("red", "green")]
    [InlineData("circle", "cycle")]
    public void Words_of_different_meaning_stay_apart(string a, string b) => Assert.NotEqual(EnglishWords.Normal(a), EnglishWords.Normal(b));

    // Human scores 1 to 4 of captions by three experts (Flickr8k, Hodosh et al. 2013): the judge, given the photo's own caption in place
    // of clip captions, must put captions in the humans' order more often than chance does, by a wide margin.
    [Fact]
    public async Task Agrees_with_human_experts()
    {
        if (Golden.SharedData() is not { } data)
        {
            Assert.Skip("No sample data here: the comparison with human scores was not made.");
            return;
        }

        var (agree, all) = (0, 0);
        foreach (var line in File.ReadLines(Path.Combine(data, "preference", "flickr8k_expert_ratings.jsonl")))
        {
            using var row = JsonDocument.Parse(line);
            var image = row.RootElement.GetProperty("image").GetString()!;
            var captions = row.RootElement.GetProperty("captions").EnumerateArray()
                .Select(c => (Id: c.GetProperty("caption_id").GetString()!, Text: c.GetProperty("caption").GetString()!,
                    Human: c.GetProperty("expert_ratings").EnumerateArray().Average(r => r.GetInt32())))
                .ToList();
            var own = captions.Where(c => c.Id.StartsWith(image, StringComparison.Ordinal)).Select(c => c.Text).ToList();
            var others = captions.Where(c => !c.Id.StartsWith(image, StringComparison.Ordinal)).ToList();
            if (own.Count == 0 || others.Count < 2)
            {
                continue;
            }

            var judged = await new OfflineJudge().JudgeAsync(
                new JudgeCase { VideoName = image, Question = "", ClipCaptions = own, Candidates = [.. others.Select(c => c.Text)] }, default);
            for (var i = 0; i < others.Count; i++)
            {
                for (var j = 0; j < i; j++)
                {
                    var (human, ours) = (others[i].Human - others[j].Human, Total(judged, i) - Total(judged, j));
                    if (Math.Abs(human) >= 1 && ours != 0)
                    {
                        all++;
                        agree += Math.Sign(human) == Math.Sign(ours) ? 1 : 0;
                    }
                }
            }
        }

        Console.WriteLine($"{agree} of {all} pairs that experts rate a point apart are put in their order.");
        Assert.True(all >= 30 && agree >= 0.7 * all, $"{agree} of {all}");
    }

    private static Task<VideoJudgements> Judge(string[] candidates) => new OfflineJudge().JudgeAsync(
        new JudgeCase { VideoName = "v", Question = PromptSet.Default.Question, ClipCaptions = Clips, Candidates = candidates }, default);

    private static List<double> Scores(IEnumerable<Judgement> judgements) => [.. judgements.Select(j => j.Score!.Value)];

    private static double Total(VideoJudgements judged, int i) =>
        new ScoreWeights().Total(judged.Hallucination[i].Score, judged.Harmony[i].Score, judged.Consistency[i].Score) ?? 0;

    private sealed class Lines : IClaimExtractor
    {
        public string Name => "lines";

        public IReadOnlyList<Claim> Claims(string caption) => [.. caption.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(c => new Claim(c))];
    }
}
