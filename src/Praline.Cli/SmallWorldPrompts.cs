using Praline.Preferences;
using Praline.SmallWorld;

namespace Praline.Cli;

/// <summary>The small world asks what the pipeline asks: its prompts are made from the pipeline's.</summary>
internal static class SmallWorldPrompts
{
    public static CaptionPrompts From(PromptSet prompts) => new(
        prompts.Question,
        prompts.Fill("clip", ("question", prompts.Question)),
        prompts["retrospective-video"].Replace("{{question}}", prompts.Question, StringComparison.Ordinal),
        prompts["retrospective-clip"].Replace("{{question}}", prompts.Question, StringComparison.Ordinal));
}
