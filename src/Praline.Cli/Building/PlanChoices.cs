using System.CommandLine;
using System.Globalization;
using Praline.Preferences;
using Spectre.Console;

namespace Praline.Cli;

/// <summary>What a build would do and cost, before anything is done.</summary>
internal sealed class PlanChoices
{
    private static readonly PlanOptions Defaults = new();

    public Option<bool> Plan { get; } = new("--plan") { Description = "Only say what would be done: videos, durations, tokens, judge calls, cost. Nothing is written." };

    public Option<decimal?> PromptPrice { get; } = new("--price-prompt") { Description = "With --plan: price of a million tokens of questions to the judge." };

    public Option<decimal?> AnswerPrice { get; } = new("--price-answer") { Description = "With --plan: price of a million tokens of the judge's answers." };

    public Option<int> CaptionTokens { get; } = new("--caption-tokens") { Description = "With --plan: tokens of a caption, on average.", DefaultValueFactory = _ => Defaults.CaptionTokens };

    public Option<int> TokensPerFrame { get; } = new("--tokens-per-frame") { Description = "With --plan: visual tokens of a frame.", DefaultValueFactory = _ => Defaults.TokensPerFrame };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { Plan, PromptPrice, AnswerPrice, CaptionTokens, TokensPerFrame })
        {
            command.Options.Add(option);
        }
    }

    public int Print(ParseResult parsed, string folder, IReadOnlyList<VideoItem> videos, PlanOptions options)
    {
        var plan = BuildPlan.Of(folder, videos, new MediaVideoProbe(), options with
        {
            CaptionTokens = parsed.GetValue(CaptionTokens),
            TokensPerFrame = parsed.GetValue(TokensPerFrame),
            PricePerMillionPrompt = parsed.GetValue(PromptPrice),
            PricePerMillionAnswer = parsed.GetValue(AnswerPrice),
        });
        var guess = options.Clips.Mode == ClipMode.Scenes ? " (a guess: scenes are not looked for)" : "";
        var table = new Table().Border(TableBorder.Rounded).AddColumns("what", "how much");
        table.AddRow("videos", $"{plan.Videos:N0}, {Time(plan.Duration)}");
        table.AddRow("files that can't be used", $"{plan.Rejected.Count:N0}");
        table.AddRow("clips", $"{plan.Clips:N0}{guess}");
        table.AddRow("frames through the vision tower", $"{plan.Frames:N0}");
        table.AddRow("captions to write", $"{plan.Captions:N0}");
        table.AddRow("captioner: tokens to read, at most", $"{plan.CaptionerPromptTokens:N0}");
        table.AddRow("captioner: tokens to write", $"{plan.CaptionerNewTokens:N0}");
        table.AddRow("judge: questions", options.JudgeIsPaid ? $"{plan.JudgeCalls:N0}" : "none to an endpoint");
        table.AddRow("judge: tokens asked", $"{plan.JudgePromptTokens:N0}");
        table.AddRow("judge: tokens answered", $"{plan.JudgeAnswerTokens:N0}");
        table.AddRow("judge: cost", plan.Cost is { } cost ? cost.ToString("N2", CultureInfo.InvariantCulture)
            : options.JudgeIsPaid ? "give --price-prompt and --price-answer" : "none");
        Ui.Out.Write(table);
        foreach (var rejected in plan.Rejected)
        {
            Ui.Note($"can't be used: {rejected.Item}: {rejected.Reason}");
        }

        return Host.Success;
    }

    private static string Time(TimeSpan time) => $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00} in all";
}
