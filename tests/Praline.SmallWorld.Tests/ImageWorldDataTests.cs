using System.Text.Json;

namespace Praline.SmallWorld.Tests;

public class ImageWorldDataTests
{
    private static readonly ImagePrompts Prompts = new(
        "Answer so that it {{criteria}}: {{question}}", "Describe the image.",
        [.. QuestionTypes.Engaging.Select(t => new QuestionGuide(t, "asks", "answers", $"Ask: {t.PieName()}"))]);

    [Fact]
    public void Rows_without_criteria_answer_as_asked_and_with_criteria_follow_them()
    {
        var kinds = new Dictionary<string, int>();
        for (var i = 0; i < 300; i++)
        {
            var scene = ImageWorldData.Scene(SmallWorldSplit.Train, i);
            foreach (var row in ImageWorldData.Rows(SmallWorldSplit.Train, i, Prompts, new() { DescriptionShare = 1, WriteQuestionShare = 1 }))
            {
                kinds[row.Kind] = kinds.GetValueOrDefault(row.Kind) + 1;
                Assert.Equal(row, ImageSftRow.FromJson(row.ToJson()));
                var type = row.QuestionType is null ? QuestionType.Plain : QuestionTypes.FromPieName(row.QuestionType);
                if (row.Kind is "engaging" or "criteria")
                {
                    var asked = row.Question.Split(": ")[^1];
                    var verdict = EngagementJudge.Judge(scene, type, asked, row.Answer).Verdict;
                    Assert.True((row.Side == "preferred") == (verdict == EngagementVerdict.True), $"{row.Question} — {row.Answer}");
                }

                if (row.Kind == "description")
                {
                    Assert.Equal(1, FactScore.Of(row.Answer, scene.Facts()).F1);
                    Assert.DoesNotContain("video", row.Answer);
                }
            }
        }

        Assert.Equal([("criteria", 600), ("description", 300), ("engaging", 300), ("plain", 900), ("write_question", 300)],
            kinds.OrderBy(k => k.Key, StringComparer.Ordinal).Select(k => (k.Key, k.Value)));
    }

    [Fact]
    public void Files_have_the_formats_that_imagination_and_pie_read()
    {
        var folder = Directory.CreateTempSubdirectory("praline-images").FullName;
        try
        {
            ImageWorldData.WriteImages(folder, SmallWorldSplit.HeldOut, 6);
            ImageWorldData.WriteQuestions(Path.Combine(folder, "q.jsonl"), SmallWorldSplit.HeldOut, 6, 2);
            ImageWorldData.WritePie(Path.Combine(folder, "pie.jsonl"), SmallWorldSplit.HeldOut, 6, 2);
            ImageWorldData.WritePlain(Path.Combine(folder, "plain.jsonl"), SmallWorldSplit.HeldOut, 6, 2);
            var truth = ImageWorldData.ReadTruth(Path.Combine(folder, "truth.jsonl"));
            Assert.Equal(ImageWorldData.Scene(SmallWorldSplit.HeldOut, 4).ToJson(), truth["heldout-000004.png"].ToJson());
            Assert.Equal(6, Directory.GetFiles(Path.Combine(folder, "images")).Length);
            AssertKeys("q.jsonl", "image", "question", "question_type");
            AssertKeys("pie.jsonl", "Image ID", "Question", "Question Type");
            AssertKeys("plain.jsonl", "image", "question", "answer", "topic", "value");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        void AssertKeys(string file, params string[] keys)
        {
            var lines = File.ReadAllLines(Path.Combine(folder, file));
            Assert.Equal(12, lines.Length);
            using var row = JsonDocument.Parse(lines[3]);
            Assert.Equal(keys, row.RootElement.EnumerateObject().Select(p => p.Name));
            Assert.True(File.Exists(Path.Combine(folder, "images", row.RootElement.EnumerateObject().First().Value.GetString()!)));
        }
    }

    [Fact]
    public void All_types_are_asked()
    {
        var counts = Enumerable.Range(0, 300).SelectMany(i => ImageWorldData.Questions(SmallWorldSplit.Preference, i, 2))
            .CountBy(q => q.Type).ToDictionary();
        Assert.All(QuestionTypes.Engaging, t => Assert.InRange(counts[t], 50, 140));
    }

    [Fact]
    public void A_broken_truth_file_is_an_error_with_its_line()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "{\"image\":\"a.png\"}\n");
            Assert.Contains("line 1", Assert.Throws<PralineException>(() => ImageWorldData.ReadTruth(path)).Message);
            Assert.Contains("video_name", Assert.Throws<PralineException>(() => SmallWorldData.ReadTruth(path).ToList()).Message);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Objects_of_an_image_are_distinct_and_apart()
    {
        for (ulong seed = 0; seed < 1000; seed++)
        {
            var scene = ImageSceneGenerator.Create(seed);
            Assert.Equal(scene.Objects.Count, scene.Objects.Select(o => o.Subject).Distinct().Count());
            Assert.Equal(scene.Objects.Count, scene.Objects.Select(o => o.Place).Distinct().Count());
            Assert.All(scene.Objects, o => Assert.Equal(o.Place, Grid.PlaceOf(o.X, o.Y)));
            Assert.Equal(scene.ToJson(), ImageScene.FromJson(scene.ToJson()).ToJson());
            Assert.All(scene.Objects, a => Assert.All(scene.Objects, b => Assert.True(
                a == b || Math.Sqrt(Math.Pow(a.X - b.X, 2) + Math.Pow(a.Y - b.Y, 2)) > 0.95 * (Grid.RadiusOf(a.Size) + Grid.RadiusOf(b.Size)))));
        }
    }

    [Fact]
    public void Names_of_types_are_those_of_the_benchmark()
    {
        Assert.All(Enum.GetValues<QuestionType>(), t => Assert.Equal(t, QuestionTypes.FromPieName(t.PieName())));
        Assert.Contains("'Riddle'", Assert.Throws<PralineException>(() => QuestionTypes.FromPieName("Riddle")).Message);
    }
}
