namespace Praline.Training.Data;

/// <summary>Looks a whole data set over before the first step, and reports everything that is wrong with it at once.</summary>
public static class DataChecks
{
    private const int Shown = 20;

    /// <summary>Media that are not there.</summary>
    public static IEnumerable<DataProblem> Media(string id, MediaReference? media) =>
        (media?.Paths ?? []).Where(path => !File.Exists(path))
        .Select(path => new DataProblem(id, $"there is no file {path}", "set dir_path to the folder with the media, or drop the row"));

    /// <summary>Responses that teach nothing.</summary>
    public static IEnumerable<DataProblem> Responses(string id, params IReadOnlyList<string> responses)
    {
        for (var i = 0; i < responses.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(responses[i]))
            {
                yield return new DataProblem(id, $"response {i + 1} of {responses.Count} is empty", "drop the row, or write the response");
            }

            if (responses.Take(i).Any(other => other.Trim() == responses[i].Trim()))
            {
                yield return new DataProblem(id, $"response {i + 1} equals another one", "drop the row: equal responses express no preference");
            }
        }
    }

    /// <summary>Conversations without an answer that would be learnt.</summary>
    public static IEnumerable<DataProblem> Turns(string id, int answers, IReadOnlyList<string> learnTurns)
    {
        if (LearntTurns.Of(learnTurns, answers).Count == 0)
        {
            yield return new DataProblem(id, $"the conversation has {answers} answers, learn_turns is {string.Join(", ", learnTurns)}", "name other turns, or drop the row");
        }
    }

    /// <summary>Sequences that are too long; nothing is ever cut silently.</summary>
    public static IEnumerable<DataProblem> Length(string id, int longest, int maxLength)
    {
        if (longest > maxLength)
        {
            yield return new DataProblem(
                id, $"prompt and longest response have {longest} tokens, max_length is {maxLength}", "raise max_length, lower max_frm or token_kept_ratio, or drop the row");
        }
    }

    /// <summary>
    /// Fails with a list of all problems, unless they may be skipped.
    /// </summary>
    /// <exception cref="PralineException">There are problems.</exception>
    public static void Require(IReadOnlyList<DataProblem> problems, int rows, bool skip)
    {
        if (problems.Count == 0 || skip)
        {
            return;
        }

        var lines = problems.Take(Shown).Select(p => $"  {p.Id}: {p.What} ({p.Remedy})");
        var more = problems.Count > Shown ? $"\n  … and {problems.Count - Shown} more" : "";
        throw new PralineException(
            $"{problems.Select(p => p.Id).Distinct().Count()} of {rows} rows can't be trained on as they are:\n{string.Join('\n', lines)}{more}\n"
            + "Mend the data, or leave these rows out with skip_bad_rows.");
    }
}
