namespace Praline.Preferences.Tests;

/// <summary>A judge behind an endpoint with its store in the output folder, put together as the command line does.</summary>
internal sealed class EndpointJudge : IDisposable
{
    public const string Key = "sk-very-secret-9876543210";

    private readonly JudgeStore _store;

    public EndpointJudge(string url, string output, Func<ChatOptions, ChatOptions>? change = null)
    {
        var options = new ChatOptions
        {
            Url = url,
            Key = Key,
            Model = "judge-model",
            MaxConcurrency = 32,
            FirstWait = TimeSpan.FromMilliseconds(20),
            Deadline = TimeSpan.FromSeconds(2),
        };
        _store = new JudgeStore(new DataFiles(output).Judgements);
        Endpoint = new OpenAiChatModel(change is null ? options : change(options));
        Model = new StoredChatModel(Endpoint, _store);
        Judge = new LlmJudge(Model);
    }

    public OpenAiChatModel Endpoint { get; }

    public StoredChatModel Model { get; }

    public IJudge Judge { get; }

    public void Dispose()
    {
        Endpoint.Dispose();
        _store.Dispose();
    }
}
