using Praline.Preferences;

namespace Praline.Evaluation;

/// <summary>
/// Has a model answer a general set. Can be stopped at any moment and run again; questions whose image is missing are listed as rejected and have
/// no line.
/// </summary>
/// <param name="model">The model.</param>
public sealed class GeneralStage(IPieAnswerer model)
{
    /// <summary>The stage's name.</summary>
    public const string Name = "general-answers";

    /// <summary>Answers all questions.</summary>
    /// <param name="questionsPath">The set.</param>
    /// <param name="images">Its images.</param>
    /// <param name="outputPath">Where the answers go; lines as <see cref="PieAnswer"/>.</param>
    /// <param name="run">How to run.</param>
    /// <param name="cancellation">Stops the stage.</param>
    /// <exception cref="PralineException">The set is not one, or the output belongs to other settings.</exception>
    public Task<StageSummary> RunAsync(
        string questionsPath, PieImages images, string outputPath, StageRunOptions run, CancellationToken cancellation = default)
    {
        var questions = GeneralQuestion.ReadFile(questionsPath);
        return AnswerStage.RunAsync(
            Name,
            model,
            [.. questions.Select((q, i) => (
                StageItem.Of($"question {i + 1} ({q.Image}: {q.Question})", q.Image, q.Question, images.Find(q.Image) ?? ""), q.Image, q.Question))],
            new StageFingerprint().AddFile("the general set", questionsPath),
            images,
            outputPath,
            run,
            cancellation);
    }
}
