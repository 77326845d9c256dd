using Praline.Data;

namespace Praline.Training.Data;

/// <summary>A row and the answers of it that one example learns from.</summary>
/// <param name="Sample">The row.</param>
/// <param name="Answers">The answers; for preferences the better ones first.</param>
internal sealed record ExampleText(Sample Sample, IReadOnlyList<Answer> Answers)
{
    /// <summary>Its name in messages.</summary>
    public string Id { get; init; } = Sample.Id;

    /// <summary>Names its own random stream: the row's number, so that it is the same whatever file and format the row stands in.</summary>
    public string Stream { get; init; } = "";

    /// <summary>What the prompt is about, in order; empty for text only.</summary>
    public IReadOnlyList<MediaSet> Media { get; } = MediaSet.Of(Sample.Media);

    /// <summary>How much better the first answer was scored than the last; null without scores.</summary>
    public double? Gap => Answers.Count < 2 ? null : Answers[0].Score - Answers[^1].Score;

    /// <summary>The conditions under which answers are learnt; null for none.</summary>
    public IReadOnlyList<string>? Conditions => Answers.All(a => a.Condition is not null) ? [.. Answers.Select(a => a.Condition!)] : null;
}
