namespace Praline.SmallWorld.Tests;

public class SmallWorldDataTests
{
    private static readonly CaptionPrompts Prompts = new("full?", "clip?", "Better than: {{draft}}");

    [Fact]
    public void Splits_never_overlap()
    {
        var seeds = Enum.GetValues<SmallWorldSplit>().SelectMany(s => new[] { SmallWorldData.Seed(s, 0), SmallWorldData.Seed(s, int.MaxValue) }).ToList();
        Assert.Equal(seeds.Order(), seeds);
        Assert.Equal(seeds.Count, seeds.Distinct().Count());
    }

    [Fact]
    public void Rows_are_the_same_however_many_are_written()
    {
        var folder = Directory.CreateTempSubdirectory("praline-world").FullName;
        try
        {
            var (few, many) = (Path.Combine(folder, "few.jsonl"), Path.Combine(folder, "many.jsonl"));
            SmallWorldData.WriteRows(few, SmallWorldSplit.Train, 5, Prompts);
            var count = SmallWorldData.WriteRows(many, SmallWorldSplit.Train, 20, Prompts);
            Assert.StartsWith(File.ReadAllText(few), File.ReadAllText(many));
            var rows = File.ReadAllLines(many).Select(SftRow.FromJson).ToList();
            Assert.Equal(count, rows.Count);
            Assert.Equal(rows.Count, rows.Select(r => r.Id).Distinct().Count());
            Assert.Equal(2, Directory.GetFiles(folder).Length); // no temporary file is left
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Clip_captions_are_right_and_full_captions_sometimes_are_not()
    {
        var right = new Dictionary<string, List<bool>>();
        for (var i = 0; i < 300; i++)
        {
            var scene = SmallWorldData.Scene(SmallWorldSplit.Train, i);
            foreach (var row in SmallWorldData.Rows(SmallWorldSplit.Train, i, Prompts))
            {
                var truth = row.FrameRange is { } r ? scene.Facts(r[0], r[1]) : scene.Facts();
                var said = FactParser.Parse(row.Answer).Facts;
                right.TryAdd(row.Kind, []);
                right[row.Kind].Add(said.All(f => truth.Required.Contains(f) || truth.Tolerated.Contains(f)));
                if (row.Draft is { } draft)
                {
                    Assert.Equal($"Better than: {draft}", row.Question);
                }
            }
        }

        Assert.All(right["clip"], Assert.True);
        Assert.All(right["retrospective_clip"], Assert.True);
        Assert.All(right["track"], Assert.True);
        Assert.InRange(right["full"].Average(r => r ? 1 : 0), 0.2, 0.4); // seven in ten are careless
        Assert.InRange(right["retrospective"].Average(r => r ? 1 : 0), 0.54, 0.74);
    }

    [Fact]
    public void A_retrospective_prompt_without_a_place_for_the_draft_is_refused() =>
        Assert.Throws<ArgumentException>(() => SmallWorldData.Rows(SmallWorldSplit.Train, 0, Prompts with { Retrospective = "no" }));
}
