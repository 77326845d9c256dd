using Praline.Json;
using Praline.Preferences;

namespace Praline.Evaluation;

/// <summary>One model's judged answers to a PIE file.</summary>
/// <param name="Label">The model ("base", "CRL").</param>
/// <param name="Judgements">Its judgements, each with its question's place.</param>
public sealed record PieRun(string Label, IReadOnlyList<PieJudgement> Judgements)
{
    /// <summary>Reads a judged file.</summary>
    /// <exception cref="PralineException">The file is missing or a line is no judgement.</exception>
    public static PieRun ReadFile(string label, string path)
    {
        var judgements = JsonLines.ReadRows(path).Select(row =>
        {
            var judgement = PieJudgement.Read(row);
            return judgement.Answer.Idx is null ? throw row.Error("idx", "expected the question's place in the PIE file.") : judgement;
        }).ToArray();
        return new(label, judgements);
    }
}
