using System.CommandLine;
using Praline.Preferences;

namespace Praline.Cli;

/// <summary>Who judges, and how it is asked.</summary>
internal sealed class JudgeChoices
{
    private static readonly LlmJudgeOptions Defaults = new();

    public Option<string[]> Judge { get; } = new("--judge")
    {
        Description = "offline (needs nothing), small-world (the same for captions of moving shapes), openai or openai:MODEL (any compatible endpoint: API_URL, API_KEY, " +
            "API_MODEL), local:FOLDER (a checkpoint). Several judge together.",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => ["offline"],
    };

    public Option<JudgePanelMode> Panel { get; } = new("--panel") { Description = "How several judges' scores become one: average or vote.", DefaultValueFactory = _ => JudgePanelMode.Average };

    public Option<string?> Url { get; } = new("--api-url") { Description = "The endpoint's address. Default: API_URL." };

    public Option<string?> Model { get; } = new("--api-model") { Description = "The model's name there. Default: API_MODEL." };

    public Option<int> Concurrency { get; } = new("--judge-concurrency")
    {
        Description = "Requests in flight at most; how many the endpoint bears is found by trying.",
        DefaultValueFactory = _ => 64,
    };

    public Option<int?> RequestsPerMinute { get; } = new("--requests-per-minute") { Description = "Requests in any minute at most." };

    public Option<int?> TokensPerMinute { get; } = new("--tokens-per-minute") { Description = "Tokens of questions and answers in any minute at most." };

    public Option<double> Deadline { get; } = new("--judge-deadline") { Description = "Seconds for one request, to its answer's last byte.", DefaultValueFactory = _ => 120 };

    public Option<int> Attempts { get; } = new("--judge-attempts")
    {
        Description = "How often a judgement is asked for when the answer can't be read; then it is unscored.",
        DefaultValueFactory = _ => Defaults.Attempts,
    };

    public Option<int> Frames { get; } = new("--judge-frames") { Description = "Frames of the video that a judge is shown; 0 for none.", DefaultValueFactory = _ => 0 };

    public Option<bool> JsonSchema { get; } = new("--json-schema")
    {
        Description = "Ask for answers that follow a JSON schema; left out by itself where the endpoint refuses that. --json-schema false never asks.",
        DefaultValueFactory = _ => true,
    };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { Judge, Panel, Url, Model, Concurrency, RequestsPerMinute, TokensPerMinute, Deadline, Attempts, Frames, JsonSchema })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Whether any judge is paid for by tokens.</summary>
    public bool IsPaid(ParseResult parsed) => parsed.GetValue(Judge)!.Any(j => j.StartsWith("openai", StringComparison.Ordinal));

    public ChatOptions EndpointOf(ParseResult parsed, string? model) => ChatOptions.FromEnvironment(parsed.GetValue(Url), null, model ?? parsed.GetValue(Model)) with
    {
        MaxConcurrency = parsed.GetValue(Concurrency),
        RequestsPerMinute = parsed.GetValue(RequestsPerMinute),
        TokensPerMinute = parsed.GetValue(TokensPerMinute),
        Deadline = TimeSpan.FromSeconds(parsed.GetValue(Deadline)),
        Report = text => Ui.Note($"praline: {FailureMessage.Printable(text)}"),
        UseJsonSchema = parsed.GetValue(JsonSchema),
    };

    public LlmJudgeOptions AskingOf(ParseResult parsed) => Defaults with { Attempts = parsed.GetValue(Attempts), Frames = parsed.GetValue(Frames) };
}
