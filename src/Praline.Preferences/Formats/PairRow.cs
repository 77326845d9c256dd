using Praline.Json;
using System.Text.Json;

namespace Praline.Preferences;

/// <summary>
/// One preference pair: a line of <c>pairs.jsonl</c>. The candidates' row with the chosen and the rejected caption, their totals and all scores,
/// under the names that SynPO's <c>generate_caption4.py</c> writes and its trainers read. A candidate that was not scored
/// has <c>null</c> there.
/// </summary>
public sealed record PairRow : IJsonRow<PairRow>
{
    /// <summary>The candidates among which the judge chose.</summary>
    public required LongGenerationRow Candidates { get; init; }

    /// <summary>The chosen caption.</summary>
    public required string PosPre { get; init; }

    /// <summary>The chosen caption's total score.</summary>
    public required double PosScore { get; init; }

    /// <summary>The rejected caption.</summary>
    public required string NegPre { get; init; }

    /// <summary>The rejected caption's total score.</summary>
    public required double NegScore { get; init; }

    /// <summary>Each candidate's hallucination score, 0 (most) to 5 (none); null where there is no score.</summary>
    public required IReadOnlyList<double?> HalluScores { get; init; }

    /// <summary>Each candidate's harmony score, 0 to 5; null where there is no score.</summary>
    public required IReadOnlyList<double?> HarmoScores { get; init; }

    /// <summary>Each candidate's self-consistency score, 0 to 3; null where there is no score.</summary>
    public required IReadOnlyList<double?> ConsiScores { get; init; }

    /// <summary>How much better the chosen caption was scored; never negative.</summary>
    public double Gap => PosScore - NegScore;

    /// <inheritdoc/>
    public static PairRow Read(JsonRow row)
    {
        var candidates = LongGenerationRow.Read(row);
        var pair = new PairRow
        {
            Candidates = candidates,
            PosPre = row.Text("pos_pre"),
            PosScore = row.Number("pos_score"),
            NegPre = row.Text("neg_pre"),
            NegScore = row.Number("neg_score"),
            HalluScores = row.Scores("hallu_scores"),
            HarmoScores = row.Scores("harmo_scores"),
            ConsiScores = row.Scores("consi_scores"),
        };
        foreach (var (field, scores) in new[]
                 {
                     ("hallu_scores", pair.HalluScores), ("harmo_scores", pair.HarmoScores), ("consi_scores", pair.ConsiScores),
                 })
        {
            if (scores.Count != candidates.LongAnswers.Count)
            {
                throw row.Error(field,
                    $"expected one score for each of the {candidates.LongAnswers.Count} long_answers (null where there is none), found {scores.Count}.");
            }
        }

        return pair;
    }

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter writer)
    {
        Candidates.Write(writer);
        writer.WriteString("pos_pre", PosPre);
        writer.WriteNumber("pos_score", PosScore);
        writer.WriteString("neg_pre", NegPre);
        writer.WriteNumber("neg_score", NegScore);
        writer.WriteScores("hallu_scores", HalluScores);
        writer.WriteScores("harmo_scores", HarmoScores);
        writer.WriteScores("consi_scores", ConsiScores);
    }
}
