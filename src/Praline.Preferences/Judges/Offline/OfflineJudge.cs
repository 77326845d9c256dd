using System.Globalization;

namespace Praline.Preferences;

/// <summary>
/// A judge that needs nothing and always says the same: it compares what captions claim. Its three scores are whole numbers in the papers' ranges;
/// <c>docs/judges.md</c> describes them with examples.
/// </summary>
/// <param name="claims">How claims are found; for English captions in general by default.</param>
public sealed class OfflineJudge(IClaimExtractor? claims = null) : IJudge
{
    // Clip captions are never complete: who says four fifths of them is taken to say all.
    private const double FullCoverage = 0.8;

    private readonly IClaimExtractor _claims = claims ?? new EnglishClaims();

    /// <inheritdoc/>
    public string Name => _claims is EnglishClaims ? "offline" : $"offline ({_claims.Name})";

    /// <inheritdoc/>
    public string Fingerprint => $"offline-1 {_claims.Name}";

    /// <inheritdoc/>
    public Task<VideoJudgements> JudgeAsync(JudgeCase video, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var clips = video.ClipCaptions.Select(Read).ToList();
        var candidates = video.Candidates.Select(Read).ToList();
        var agreement = Agreement(candidates);
        return Task.FromResult(new VideoJudgements
        {
            Judge = Name,
            Hallucination = [.. candidates.Select(c => Hallucination(c, clips))],
            Harmony = [.. candidates.Select(c => Harmony(c, clips))],
            Consistency = [.. candidates.Select((c, i) => Consistency(c, agreement[i], agreement.Max()))],
        });
    }

    /// <summary>5·p², rounded, where p is the share of the caption's claims that some clip caption supports: one invention in ten costs a point.</summary>
    private static Judgement Hallucination(Caption caption, IReadOnlyList<Caption> clips)
    {
        if (caption.IsEmpty || clips.All(c => c.IsEmpty))
        {
            return Nothing(caption);
        }

        var supported = Share(caption.Claims, key => clips.Any(c => c.Evidence.Contains(key)));
        return Score(5 * supported * supported, $"{supported:P0} of the claims are supported by the clips");
    }

    /// <summary>
    /// Two points for form (one less each for: stopping short, repeating itself, calling the video an image, more than one word of opinion) and three for
    /// how much of what the clips say is said.
    /// </summary>
    private static Judgement Harmony(Caption caption, IReadOnlyList<Caption> clips)
    {
        if (caption.IsEmpty)
        {
            return Nothing(caption);
        }

        var faults = (CaptionForm.StopsShort(caption.Text) ? 1 : 0)
            + (CaptionForm.Repetition(caption.Text) > 0.2 ? 1 : 0)
            + (CaptionForm.CallsItImage(caption.Text) > 0 ? 1 : 0)
            + (CaptionForm.Opinions(caption.Text) > 1 ? 1 : 0);
        var known = clips.SelectMany(c => c.Claims).DistinctBy(c => c.Key).ToList();
        var covered = known.Count == 0 ? 1 : Share(known, caption.Evidence.Contains);
        var points = Math.Max(0, 2 - faults) + 3 * Math.Min(1, covered / FullCoverage);
        return Score(points, $"{faults} faults of form, {covered:P0} of the clips' claims are said");
    }

    /// <summary>3 for the caption that agrees most with the others, down to 0 for one that agrees half as much or less.</summary>
    private static Judgement Consistency(Caption caption, double agreement, double best)
    {
        if (caption.IsEmpty)
        {
            return Nothing(caption);
        }

        // Where no two captions agree, none is consistent.
        var points = best < 0.05 ? 0 : 3 * Math.Clamp(2 * agreement / best - 1, 0, 1);
        return Score(points, $"agreement {agreement:P0}, the best {best:P0}");
    }

    /// <summary>For each caption the mean, over the others, of the share of claims that the two support in each other.</summary>
    private static double[] Agreement(IReadOnlyList<Caption> captions) =>
        [.. captions.Select((a, i) => captions.Where((b, j) => j != i && !b.IsEmpty)
            .Select(b => (Share(a.Claims, b.Evidence.Contains) + Share(b.Claims, a.Evidence.Contains)) / 2)
            .DefaultIfEmpty(0).Average())];

    private static double Share(IReadOnlyList<Claim> claims, Func<string, bool> isSupported)
    {
        var all = claims.Sum(c => c.Weight);
        return all == 0 ? 0 : claims.Where(c => isSupported(c.Key)).Sum(c => c.Weight) / all;
    }

    private static Judgement Score(double points, FormattableString why) =>
        new Judgement.Scored(Math.Round(points, MidpointRounding.AwayFromZero), why.ToString(CultureInfo.InvariantCulture));

    private static Judgement Nothing(Caption caption) => new Judgement.Unscored(
        CaptionForm.IsEmpty(caption.Text) ? "The caption is empty."
        : caption.IsEmpty ? "The caption claims nothing that could be compared."
        : "No clip caption claims anything to compare with.");

    private Caption Read(string text) => new(text, _claims.Claims(text), _claims.Evidence(text));

    private sealed record Caption(string Text, IReadOnlyList<Claim> Claims, IReadOnlySet<string> Evidence)
    {
        public bool IsEmpty => Claims.Count == 0;
    }
}
