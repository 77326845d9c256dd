using Praline.Media;
using Praline.Preferences;

namespace Praline.Evaluation.Tests;

/// <summary>A folder with a small PIE file: all six types, a question that occurs twice, one whose image is missing.</summary>
internal sealed class PieFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("praline-pie-");

    public PieFolder()
    {
        var images = _folder.CreateSubdirectory("images").FullName;
        foreach (var (name, i) in new[] { "a.jpg", "b.png", "17" }.Select((n, i) => (n, i)))
        {
            // A PNG whatever its name says, as in many data sets.
            var pixels = Enumerable.Range(0, 120 * 90 * 3).Select(p => (byte)((p * (i + 1) / 360) + (p % 3 * 60))).ToArray();
            File.WriteAllBytes(Path.Combine(images, name), ImageFile.EncodePng(new RgbImage(120, 90, pixels)));
        }

        File.WriteAllText(Questions, """
            {"Image ID": "a", "Question": "Why is the dog wet?", "Question Type": "False Premise"}
            {"Image ID": "b.png", "Question": "Who drew this?", "Question Type": "Unanswerable Questions", "source": "x"}
            {"Image ID": "a", "Question": "What colour is the car?", "Question Type": "Subject Ambiguity"}
            {"Image ID": 17, "Question": "Is it <b>pretty</b>?", "Question Type": "Subjective Interpretations"}
            {"Image ID": "gone", "Question": "Is it bigger than mine?", "Question Type": "Unclear User Background"}
            {"Image ID": "a", "Question": "What colour is the car?", "Question Type": "Subject Ambiguity"}

            {"Image ID": "b", "Question": "Which should I choose?", "Question Type": "Hidden Human Preferences"}
            """);
    }

    public string Root => _folder.FullName;

    public string Questions => PathOf("pie.jsonl");

    public PieImages Images => new(PathOf("images"));

    public string PathOf(string name) => Path.Combine(Root, name);

    public Task<StageSummary> Answer(IPieAnswerer model, string output = "answers.jsonl", StageRunOptions? run = null) =>
        new PieAnswerStage(model).RunAsync(Questions, Images, PathOf(output), run ?? new());

    public Task<StageSummary> Judge(IPieJudge judge, string answers = "answers.jsonl", string output = "judged.jsonl", StageRunOptions? run = null) =>
        new PieJudgeStage(judge).RunAsync(Questions, PathOf(answers), PathOf(output), run ?? new());

    public void Dispose() => _folder.Delete(recursive: true);
}
