using Praline.Json;
using Praline.Preferences;

namespace Praline.Evaluation;

/// <summary>
/// Has a model answer a PIE file. Can be stopped at any moment and run again; answers stand in the PIE file's order, each question once,
/// however often it was run. Questions whose image is missing are listed as rejected and have no line.
/// </summary>
/// <param name="model">The model.</param>
public sealed class PieAnswerStage(IPieAnswerer model)
{
    /// <summary>The stage's name.</summary>
    public const string Name = "pie-answers";

    /// <summary>Answers all questions.</summary>
    /// <param name="questionsPath">The PIE file.</param>
    /// <param name="images">Its images.</param>
    /// <param name="outputPath">Where the answers go; lines as <see cref="PieAnswer"/>.</param>
    /// <param name="run">How to run.</param>
    /// <param name="cancellation">Stops the stage.</param>
    /// <exception cref="PralineException">The PIE file is not one, no image is there, or the output belongs to other settings.</exception>
    public Task<StageSummary> RunAsync(
        string questionsPath, PieImages images, string outputPath, StageRunOptions run, CancellationToken cancellation = default)
    {
        var questions = PieQuestion.ReadFile(questionsPath);
        return AnswerStage.RunAsync(
            Name,
            model,
            [.. questions.Select((q, i) => (
                StageItem.Of(PieStages.ItemId(q, i), JsonText.Line(q), images.Find(q.ImageId) ?? ""), q.ImageId, q.Question))],
            new StageFingerprint().AddFile("the PIE file", questionsPath),
            images,
            outputPath,
            run,
            cancellation);
    }
}
