using Praline.Preferences;
using Praline.SmallWorld;

namespace Praline.Cli;

/// <summary>The small world asks about images what the pipeline asks: its prompts are made from the pipeline's.</summary>
internal static class SmallWorldGuides
{
    public static ImagePrompts From(GuideSet guides) => new(
        guides.Respond(new EngagementGuide("", "", "", "{{criteria}}", "", []), ImaginedSide.Preferred, "{{question}}"),
        "Describe the image.",
        [.. QuestionTypes.Engaging.Select(type => (type, guides.Find(type.PieName())!)).Select(g =>
            new QuestionGuide(g.type, g.Item2.Preferred, g.Item2.Rejected, guides.WriteQuestion(g.Item2)))]);
}
