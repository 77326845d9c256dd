using Praline.Data;

namespace Praline.Training.Data;

/// <summary>
/// Texts that tell the model which kind of answer to give (conditional training, as MACAROON's: "good " and "bad " before the question). There may
/// be any number of levels.
/// </summary>
public sealed record ConditionOptions
{
    /// <summary>The text of each condition.</summary>
    public IReadOnlyDictionary<string, string> Texts { get; init; } =
        new Dictionary<string, string> { ["preferred"] = "good ", ["rejected"] = "bad " };

    /// <summary>Put the text behind the question instead of before it.</summary>
    public bool AfterQuestion { get; init; }

    /// <summary>The question under a condition; media stay where they are.</summary>
    /// <exception cref="PralineException">The condition is not known.</exception>
    public IReadOnlyList<Part> Apply(IReadOnlyList<Part> question, string condition)
    {
        var at = question.ToList().FindIndex(p => p is Part.Text);
        if (at < 0)
        {
            return [.. question, new Part.Text(Apply("", condition))];
        }

        at = AfterQuestion ? question.ToList().FindLastIndex(p => p is Part.Text) : at;
        return [.. question.Take(at), new Part.Text(Apply(((Part.Text)question[at]).Value, condition)), .. question.Skip(at + 1)];
    }

    /// <summary>The question's text under a condition.</summary>
    /// <exception cref="PralineException">The condition is not known.</exception>
    public string Apply(string question, string condition)
    {
        if (!Texts.TryGetValue(condition, out var text))
        {
            throw new PralineException($"There is no text for the condition '{condition}': known are {string.Join(", ", Texts.Keys)}.");
        }

        return AfterQuestion ? question + text : text + question;
    }
}
