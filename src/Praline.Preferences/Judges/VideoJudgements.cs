namespace Praline.Preferences;

/// <summary>All judgements of one video's candidates, each list in the candidates' order.</summary>
public sealed record VideoJudgements
{
    /// <summary>Who judged.</summary>
    public required string Judge { get; init; }

    /// <summary>Agreement with the clip captions, 0 (mostly made up) to 5 (nothing made up).</summary>
    public required IReadOnlyList<Judgement> Hallucination { get; init; }

    /// <summary>How well the caption is written and answers the question, 0 to 5.</summary>
    public required IReadOnlyList<Judgement> Harmony { get; init; }

    /// <summary>Agreement with the other candidates, 0 to 3.</summary>
    public required IReadOnlyList<Judgement> Consistency { get; init; }

    /// <summary>The single judges' judgements, where several were combined.</summary>
    public IReadOnlyList<VideoJudgements> Parts { get; init; } = [];

    /// <summary>The three lists with the names that the files give them.</summary>
    public IEnumerable<(string Aspect, IReadOnlyList<Judgement> Judgements)> Aspects =>
        [("hallu_scores", Hallucination), ("harmo_scores", Harmony), ("consi_scores", Consistency)];
}
