using Praline.Json;
using System.Text.Json;

namespace Praline.Preferences;

/// <summary>
/// What the judges said of one video's candidates: a line of <c>scores.jsonl</c>. Ours, not the paper's: with it pairs can be made again under
/// other weights and rules without asking anybody.
/// </summary>
public sealed record ScoresRow : IJsonRow<ScoresRow>
{
    /// <summary>The video's number in the input.</summary>
    public required int Idx { get; init; }

    /// <summary>The video's name.</summary>
    public required string VideoName { get; init; }

    /// <summary>Who judged.</summary>
    public required string Judge { get; init; }

    /// <summary>Each candidate's hallucination score; null where there is none.</summary>
    public required IReadOnlyList<double?> HalluScores { get; init; }

    /// <summary>Each candidate's harmony score; null where there is none.</summary>
    public required IReadOnlyList<double?> HarmoScores { get; init; }

    /// <summary>Each candidate's self-consistency score; null where there is none.</summary>
    public required IReadOnlyList<double?> ConsiScores { get; init; }

    /// <summary>Which scores are missing, and why.</summary>
    public IReadOnlyList<UnscoredEntry> Unscored { get; init; } = [];

    /// <summary>The single judges' scores, where several were combined.</summary>
    public IReadOnlyList<ScoresRow> Parts { get; init; } = [];

    /// <summary>The row of a video's judgements.</summary>
    public static ScoresRow Of(int idx, string videoName, VideoJudgements judgements) => new()
    {
        Idx = idx,
        VideoName = videoName,
        Judge = judgements.Judge,
        HalluScores = [.. judgements.Hallucination.Select(j => j.Score)],
        HarmoScores = [.. judgements.Harmony.Select(j => j.Score)],
        ConsiScores = [.. judgements.Consistency.Select(j => j.Score)],
        Unscored = [.. judgements.Aspects.SelectMany(a => a.Judgements.Index()
            .Where(j => j.Item is Judgement.Unscored)
            .Select(j => new UnscoredEntry(a.Aspect, j.Index, ((Judgement.Unscored)j.Item).Reason)))],
        Parts = [.. judgements.Parts.Select(p => Of(idx, videoName, p))],
    };

    /// <inheritdoc/>
    public static ScoresRow Read(JsonRow row) => new()
    {
        Idx = row.Integer("idx"),
        VideoName = row.Text("video_name"),
        Judge = row.Text("judge"),
        HalluScores = row.Scores("hallu_scores"),
        HarmoScores = row.Scores("harmo_scores"),
        ConsiScores = row.Scores("consi_scores"),
        Unscored = row.Has("unscored")
            ? [.. row.Rows("unscored").Select(u => new UnscoredEntry(u.Text("scores"), u.Integer("candidate"), u.Text("reason")))]
            : [],
        Parts = row.Has("parts") ? [.. row.Rows("parts").Select(Read)] : [],
    };

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteNumber("idx", Idx);
        writer.WriteString("video_name", VideoName);
        writer.WriteString("judge", Judge);
        writer.WriteScores("hallu_scores", HalluScores);
        writer.WriteScores("harmo_scores", HarmoScores);
        writer.WriteScores("consi_scores", ConsiScores);
        if (Unscored.Count > 0)
        {
            writer.WriteStartArray("unscored");
            foreach (var (scores, candidate, reason) in Unscored)
            {
                writer.WriteStartObject();
                writer.WriteString("scores", scores);
                writer.WriteNumber("candidate", candidate);
                writer.WriteString("reason", reason);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        if (Parts.Count > 0)
        {
            writer.WriteStartArray("parts");
            foreach (var part in Parts)
            {
                writer.WriteStartObject();
                part.Write(writer);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }
    }
}
