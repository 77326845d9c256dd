using Praline.Preferences;

namespace Praline.Evaluation;

/// <summary>Has a model answer questions about images: what the stages of PIE and of general sets have in common.</summary>
internal static class AnswerStage
{
    /// <summary>Answers all questions, in their order, each once however often the stage was run.</summary>
    /// <param name="name">The stage's name.</param>
    /// <param name="model">The model.</param>
    /// <param name="questions">Each question, its image and its item in the stage.</param>
    /// <param name="inputs">What the questions were read from.</param>
    /// <param name="images">Where the images lie; a question whose image is missing is rejected.</param>
    /// <param name="outputPath">Where the answers go; lines as <see cref="PieAnswer"/>.</param>
    /// <param name="run">How to run.</param>
    /// <param name="cancellation">Stops the stage.</param>
    internal static Task<StageSummary> RunAsync(
        string name,
        IPieAnswerer model,
        IReadOnlyList<(StageItem Item, string Image, string Question)> questions,
        StageFingerprint inputs,
        PieImages images,
        string outputPath,
        StageRunOptions run,
        CancellationToken cancellation)
    {
        var plan = new StagePlan
        {
            Stage = name,
            OutputPath = outputPath,
            Items = [.. questions.Select(question => question.Item)],
            Settings = new StageFingerprint().Add("model", model.Fingerprint),
            Inputs = inputs,
        };
        return StageRunner.RunAsync(
            plan,
            async (i, token) =>
            {
                var (_, image, question) = questions[i];
                return images.Find(image) is { } path
                    ? StageResult.Of(new PieAnswer
                    {
                        Idx = i,
                        ImagePath = path,
                        Question = question,
                        Answer = await model.AnswerAsync(question, i, path, token).ConfigureAwait(false),
                    })
                    : StageResult.Reject($"There is no image {image} in {images.Folder}.");
            },
            run,
            cancellation);
    }
}
