using Praline.Evaluation;
using Praline.Preferences;

namespace Praline.Cli;

/// <summary>A judge of answers about images by its name on the command line, with what it holds open.</summary>
internal sealed class EngagementJudgeHandle : IDisposable
{
    private readonly IDisposable[] _owned;

    private EngagementJudgeHandle(IPieJudge judge, ICriteriaCheck check, IChatModel? chat, IGeneralScorer scorer, int concurrency, params IDisposable[] owned)
    {
        (Judge, Check, Chat, Scorer, Concurrency, _owned) = (judge, check, chat, scorer, concurrency, owned);
    }

    public const string Names = "small-world (exact, for images of shapes: --truth) or openai (any compatible endpoint: API_URL, API_KEY, API_MODEL)";

    public IPieJudge Judge { get; }

    public ICriteriaCheck Check { get; }

    /// <summary>The endpoint, for what else is asked of it; null for the small world's judge.</summary>
    public IChatModel? Chat { get; }

    public IGeneralScorer Scorer { get; }

    /// <summary>How many answers are judged at once.</summary>
    public int Concurrency { get; }

    /// <param name="name">The judge.</param>
    /// <param name="truth">The small world's truth; null when it was not named.</param>
    /// <param name="nearby">A file beside which the truth lies, when it was not named.</param>
    /// <param name="store">Where an endpoint's answers are kept.</param>
    /// <param name="guides">What an endpoint is asked when it checks responses.</param>
    public static EngagementJudgeHandle Open(string name, string? truth, string nearby, string store, GuideSet guides)
    {
        switch (name)
        {
            case "small-world":
                var world = SmallWorldEngagement.Open(truth ?? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(nearby))!, "truth.jsonl"));
                return new EngagementJudgeHandle(world, world, null, new SmallWorldAccuracy(), Environment.ProcessorCount);
            case "openai":
                var options = ChatOptions.FromEnvironment() with { Report = text => Ui.Note($"praline: {FailureMessage.Printable(text)}") };
                options.Validate();
                var model = new OpenAiChatModel(options);
                Directory.CreateDirectory(Path.GetDirectoryName(store)!);
                var kept = new JudgeStore(store);
                var stored = new StoredChatModel(model, kept);
                return new EngagementJudgeHandle(
                    new PieChatJudge(stored), new ChatCriteriaCheck(stored, guides), stored, new AnswerMatch(), options.MaxConcurrency, model, kept);
            default:
                throw new PralineException($"There is no judge '{name}' of answers about images: expected {Names}.");
        }
    }

    public void Dispose()
    {
        foreach (var item in _owned)
        {
            item.Dispose();
        }
    }
}
