using Praline.Evaluation;
using Praline.Preferences;
using Praline.SmallWorld;

namespace Praline.Cli;

/// <summary>The small world's exact judge, which knows what every image shows: of PIE answers, and of imagined responses.</summary>
internal sealed class SmallWorldEngagement : IPieJudge, ICriteriaCheck
{
    private readonly IReadOnlyDictionary<string, ImageScene> _truth;

    private SmallWorldEngagement(IReadOnlyDictionary<string, ImageScene> truth, string fingerprint) => (_truth, Fingerprint) = (truth, fingerprint);

    public string Name => Fingerprint;

    public string Fingerprint { get; }

    /// <exception cref="PralineException">There is no such file, or it is another one.</exception>
    public static SmallWorldEngagement Open(string truthPath) => File.Exists(truthPath)
        ? new(ImageWorldData.ReadTruth(truthPath), $"small-world-1, truth {StageFingerprint.HashFile(truthPath)[..12]}")
        : throw new PralineException($"The judge small-world needs truth.jsonl of its images, and there is no {truthPath}: name it with --truth, or choose --judge openai.");

    public Task<PieReply> AskAsync(PieCase pieCase, CancellationToken cancellation)
    {
        var (verdict, why) = Judge(pieCase.ImagePath, pieCase.Question.Type.Name, pieCase.Question.Question, pieCase.Answer);
        return Task.FromResult(new PieReply($"Explanation: {why}\nFlag: {verdict}"));
    }

    public Task<bool?> FollowsAsync(string imagePath, EngagementGuide guide, string question, string response, CancellationToken cancellation) =>
        Task.FromResult<bool?>(Judge(imagePath, guide.Name, question, response).Verdict == EngagementVerdict.True);

    private EngagementJudgement Judge(string imagePath, string type, string question, string answer) =>
        EngagementJudge.Judge(Scene(imagePath), QuestionTypes.FromPieName(type), question, answer);

    private ImageScene Scene(string imagePath) => _truth.TryGetValue(Path.GetFileName(imagePath), out var scene)
        ? scene
        : throw new PralineException($"truth.jsonl says nothing of {Path.GetFileName(imagePath)}: the judge small-world knows only the small world's images.");
}
