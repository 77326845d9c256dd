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

    /// <summary>The question under a condition.</summary>
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
