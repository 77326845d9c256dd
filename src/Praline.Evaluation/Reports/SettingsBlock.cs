namespace Praline.Evaluation;

/// <summary>Names and values: a run's settings.</summary>
/// <param name="Settings">The settings, in order.</param>
public sealed record SettingsBlock(IReadOnlyList<KeyValuePair<string, string>> Settings) : ReportBlock
{
    internal override void Write(MarkupWriter html)
    {
        html.Open("dl");
        foreach (var (name, value) in Settings)
        {
            html.Open("div").Text("dt", name).Text("dd", value).Close();
        }

        html.Close();
    }
}
