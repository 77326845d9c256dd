using Praline.Data;

namespace Praline.Training.Data;

/// <summary>Looks a whole data set over before the first step, and reports everything that is wrong with it at once.</summary>
internal static class DataChecks
{
    private const int Shown = 20;

    /// <summary>What keeps a row from being trained on: answers that teach nothing, turns that are not there, media for a model that sees none.</summary>
    internal static IEnumerable<DataProblem> Of(ExampleText text, IReadOnlyList<string> learnTurns, bool hasVision)
    {
        var sample = text.Sample;
        foreach (var problem in DataCheck.Answers(sample with { Answers = text.Answers }).Where(p => p.IsError))
        {
            yield return problem with { Id = text.Id };
        }

        var answers = (sample.Turns.Count / 2) + 1;
        if (LearntTurns.Of(learnTurns, answers).Count == 0)
        {
            yield return sample.Problem(
                "", $"the answers that learn_turns names ({string.Join(", ", learnTurns)})", $"a conversation of {answers} answers", "Name other turns, or drop the row.");
        }

        if (!hasVision && text.Media is [var first, ..])
        {
            yield return sample.Problem(
                first.IsVideo ? "video" : "image", "text alone: the model (--model) is a language model", "media", "Train a vision-language model, or drop the row.");
        }
    }

    /// <summary>Sequences that are too long; nothing is ever cut silently.</summary>
    internal static IEnumerable<DataProblem> Length(ExampleText text, int longest, int maxLength)
    {
        if (longest > maxLength)
        {
            yield return text.Sample.Problem("", $"at most max_length ({maxLength}) tokens in prompt and longest response", $"{longest} tokens",
                "Raise max_length, lower max_frm or token_kept_ratio, or drop the row.");
        }
    }

    /// <summary>
    /// Fails with a list of all problems, unless they may be skipped.
    /// </summary>
    /// <exception cref="PralineException">There are problems.</exception>
    internal static void Require(IReadOnlyList<DataProblem> problems, int rows, bool skip)
    {
        if (problems.Count == 0 || skip)
        {
            return;
        }

        var lines = problems.Take(Shown).Select(p => $"  {p.Message}");
        var more = problems.Count > Shown ? $"\n  … and {problems.Count - Shown} more" : "";
        throw new PralineException(
            $"{problems.Select(p => p.Source).Distinct().Count()} of {rows} rows can't be trained on as they are:\n{string.Join('\n', lines)}{more}\n"
            + "Fix the data, or leave these rows out with skip_bad_rows.");
    }
}
