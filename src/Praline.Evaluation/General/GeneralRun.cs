using Praline.Json;
using Praline.Preferences;

namespace Praline.Evaluation;

/// <summary>One run's answers to a general set, by the questions' places.</summary>
/// <param name="Label">The model.</param>
/// <param name="Answers">Answers by the questions' places in the set; questions whose image is missing are absent.</param>
public sealed record GeneralRun(string Label, IReadOnlyDictionary<int, string> Answers)
{
    /// <summary>Reads what <see cref="GeneralStage"/> wrote.</summary>
    /// <exception cref="PralineException">The file is missing or a line is no answer.</exception>
    public static GeneralRun ReadFile(string label, string path) =>
        new(label, JsonLines.Read<PieAnswer>(path).ToDictionary(a => a.Idx ?? -1, a => a.Answer));
}
