using Praline.Preferences;

namespace Praline.Cli;

/// <summary>A judge by its name on the command line, with what it holds open.</summary>
internal sealed class JudgeHandle : IDisposable
{
    private readonly IDisposable[] _owned;

    private JudgeHandle(IJudge judge, int concurrency, params IDisposable[] owned)
    {
        Judge = judge;
        Concurrency = concurrency;
        _owned = owned;
    }

    public IJudge Judge { get; }

    /// <summary>How many videos are judged at once.</summary>
    public int Concurrency { get; }

    public static JudgeHandle Open(string name, DataFiles files, PromptSet prompts)
    {
        switch (name)
        {
            case "offline":
                return new JudgeHandle(new OfflineJudge(), Environment.ProcessorCount);
            case "small-world":
                return new JudgeHandle(new OfflineJudge(new SmallWorldClaims()), Environment.ProcessorCount);
            case "openai":
                var options = ChatOptions.FromEnvironment();
                options.Validate();
                var model = new OpenAiChatModel(options);
                var store = new JudgeStore(files.Judgements);
                // A video has 2·N + 1 calls; a few videos more than that keep every connection busy.
                return new JudgeHandle(new LlmJudge(new StoredChatModel(model, store), prompts), options.MaxConcurrency, model, store);
            default:
                throw new PralineException($"There is no judge '{name}': expected offline, small-world or openai.");
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
