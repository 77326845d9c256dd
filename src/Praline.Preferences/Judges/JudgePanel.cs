using System.Globalization;

namespace Praline.Preferences;

/// <summary>Several judges as one. A candidate has a score where more than half of the judges gave one.</summary>
/// <param name="judges">The judges, at least one.</param>
/// <param name="mode">How their scores become one.</param>
public sealed class JudgePanel(IReadOnlyList<IJudge> judges, JudgePanelMode mode = JudgePanelMode.Average) : IJudge
{
    /// <inheritdoc/>
    public string Name => string.Join(" + ", judges.Select(j => j.Name));

    /// <inheritdoc/>
    public string Fingerprint => $"{mode} of ({string.Join(") (", judges.Select(j => j.Fingerprint))})";

    /// <inheritdoc/>
    public bool KeepsAnswers => judges.Any(j => j.KeepsAnswers);

    /// <inheritdoc/>
    public async Task<VideoJudgements> JudgeAsync(JudgeCase video, CancellationToken cancellation)
    {
        var parts = await Task.WhenAll(judges.Select(j => j.JudgeAsync(video, cancellation))).ConfigureAwait(false);
        return new VideoJudgements
        {
            Judge = Name,
            Hallucination = Combine(parts, p => p.Hallucination),
            Harmony = Combine(parts, p => p.Harmony),
            Consistency = Combine(parts, p => p.Consistency),
            Parts = parts,
        };
    }

    /// <summary>One score of several, by vote: the most frequent; ties go to the one nearest to the mean, then to the lower.</summary>
    public static double Vote(IReadOnlyList<double> scores)
    {
        var mean = scores.Average();
        return scores.GroupBy(s => s).OrderByDescending(g => g.Count()).ThenBy(g => Math.Abs(g.Key - mean)).ThenBy(g => g.Key).First().Key;
    }

    private List<Judgement> Combine(VideoJudgements[] parts, Func<VideoJudgements, IReadOnlyList<Judgement>> aspect) =>
        [.. Enumerable.Range(0, aspect(parts[0]).Count).Select(i => CombineOne([.. parts.Select(p => (p.Judge, aspect(p)[i]))]))];

    private Judgement CombineOne(IReadOnlyList<(string Judge, Judgement Judgement)> said)
    {
        var scores = said.Select(s => s.Judgement.Score).OfType<double>().ToList();
        if (scores.Count * 2 > said.Count)
        {
            var raw = string.Join(", ", said.Select(s => $"{s.Judge}: {s.Judgement.Score?.ToString(CultureInfo.InvariantCulture) ?? "none"}"));
            return new Judgement.Scored(mode == JudgePanelMode.Vote ? Vote(scores) : scores.Average(), raw);
        }

        var missing = said.Select(s => (s.Judge, Unscored: s.Judgement as Judgement.Unscored)).Where(s => s.Unscored is not null).ToList();
        return new Judgement.Unscored(
            $"{scores.Count} of {said.Count} judges gave a score. {string.Join(" ", missing.Select(m => $"{m.Judge}: {m.Unscored!.Reason}"))}",
            missing.Any(m => m.Unscored!.Transient));
    }
}
