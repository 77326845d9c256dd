using System.CommandLine;
using Praline.Models.Checkpoints;
using Praline.Preferences;

namespace Praline.Cli;

/// <summary>One judge or several by their names on the command line, with what they hold open.</summary>
internal sealed class JudgeHandle : IDisposable
{
    private readonly List<IDisposable> _owned = [];

    private JudgeHandle()
    {
    }

    public IJudge Judge { get; private set; } = null!;

    /// <summary>How many videos are judged at once.</summary>
    public int Concurrency { get; private set; } = Environment.ProcessorCount;

    /// <summary>A judge that needs no options.</summary>
    public static JudgeHandle Open(string name) => new() { Judge = Offline(name) ?? throw Unknown(name) };

    /// <summary>The judges that the options name.</summary>
    /// <param name="choices">The options.</param>
    /// <param name="parsed">Their values.</param>
    /// <param name="files">Where answers are stored.</param>
    /// <param name="prompts">What judges are asked.</param>
    /// <param name="local">How a checkpoint is loaded that judges.</param>
    public static JudgeHandle Open(JudgeChoices choices, ParseResult parsed, DataFiles files, PromptSet prompts, LoadOptions local)
    {
        var handle = new JudgeHandle();
        try
        {
            JudgeStore? store = null;
            var judges = parsed.GetValue(choices.Judge)!.Select(name => (IJudge?)Offline(name) ?? handle.Chat(name, choices, parsed, prompts, local, Store)).ToList();
            handle.Judge = judges.Count == 1 ? judges[0] : new JudgePanel(judges, parsed.GetValue(choices.Panel));
            return handle;

            JudgeStore Store() => store ??= handle.Own(new JudgeStore(files.Judgements));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public void Dispose() => Enumerable.Reverse(_owned).ToList().ForEach(o => o.Dispose());

    private static OfflineJudge? Offline(string name) => name switch
    {
        "offline" => new OfflineJudge(),
        "small-world" => new OfflineJudge(new SmallWorldClaims()),
        _ => null,
    };

    private LlmJudge Chat(string name, JudgeChoices choices, ParseResult parsed, PromptSet prompts, LoadOptions local, Func<JudgeStore> store)
    {
        var (kind, rest) = name.Split(':', 2) is [var first, var second] ? (first, second) : (name, null);
        IChatModel model;
        switch (kind)
        {
            case "openai":
                var options = choices.EndpointOf(parsed, rest);
                options.Validate();
                model = Own(new OpenAiChatModel(options));

                // A video has 2·N + 1 questions; many more videos than that keeps every connection busy to the end of each.
                Concurrency = Math.Max(Concurrency, options.MaxConcurrency);
                break;
            case "local" when rest is not null:
                model = Own(new LocalChatModel(rest, local));
                break;
            default:
                throw Unknown(name);
        }

        var asking = choices.AskingOf(parsed);
        return new LlmJudge(new StoredChatModel(model, store()), prompts, asking, asking.Frames > 0 ? new MediaFrameSource() : null);
    }

    private T Own<T>(T item)
        where T : IDisposable
    {
        _owned.Add(item);
        return item;
    }

    private static PralineException Unknown(string name) =>
        new($"There is no judge '{name}': expected offline, small-world, openai, openai:MODEL or local:FOLDER.");
}
