namespace Praline.Training.Data;

/// <summary>An example as text, whatever file it came from.</summary>
/// <param name="Id">Its name in messages.</param>
/// <param name="Media">What it is about; null for text only.</param>
/// <param name="Question">The (last) question, without image marks.</param>
/// <param name="Responses">The responses that are learnt from; for preferences the better ones first.</param>
public sealed record ExampleText(string Id, MediaReference? Media, string Question, IReadOnlyList<string> Responses)
{
    /// <summary>Turns before the question.</summary>
    public IReadOnlyList<Turn> History { get; init; } = [];

    /// <summary>How much better the first response was scored than the last; null without scores.</summary>
    public double? Gap { get; init; }

    /// <summary>Whether the response is a good one, for methods that take single responses; null where that is not said.</summary>
    public bool? Desirable { get; init; }

    /// <summary>The condition under which each response is learnt, such as <c>preferred</c>; null for none.</summary>
    public IReadOnlyList<string>? Conditions { get; init; }
}
