namespace Praline.Evaluation;

/// <summary>One example to look at: pictures, a question or title, and what each method made of it.</summary>
/// <param name="Title">The example's name or question.</param>
/// <param name="Images">A picture, or frames of a video in order.</param>
/// <param name="Entries">What each method said.</param>
public sealed record ExampleCard(string Title, IReadOnlyList<ReportImage> Images, IReadOnlyList<ExampleEntry> Entries)
{
    /// <summary>A smaller line under the title: what is true of the video, the question's type.</summary>
    public string Subtitle { get; init; } = "";

    /// <summary>What the browser can filter by: facet ("type", "CRL") to value ("False premise", "True").</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Facets { get; init; } = [];
}
