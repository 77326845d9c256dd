using Praline.Training.Data;

namespace Praline.Training.Tasks;

/// <summary>Responses that are rated by themselves.</summary>
/// <param name="Examples">
/// Examples of one response each; of two when the objective needs responses paired with other prompts: the second is another example's.
/// </param>
/// <param name="Desirable">Whether each example's response is a good one.</param>
/// <param name="Reference">The reference's log-probabilities of all responses.</param>
public sealed record RatedExamples(IReadOnlyList<TrainingExample> Examples, IReadOnlyList<bool> Desirable, ReferenceLogProbs Reference);
