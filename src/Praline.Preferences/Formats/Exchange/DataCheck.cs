using Praline.Data;
using Praline.Json;
namespace Praline.Preferences;

/// <summary>
/// Finds what is wrong with a preference file before any training starts: all problems of all rows, each with line, field and
/// remedy.
/// </summary>
public static class DataCheck
{
    /// <summary>Checks a file.</summary>
    /// <exception cref="PralineException">The file can't be read at all.</exception>
    public static DataCheckResult Run(string path, DataCheckOptions? options = null)
    {
        options ??= new DataCheckOptions();
        var problems = new List<DataProblem>();
        var formats = new Dictionary<PreferenceFormat, int>();
        var seen = new Dictionary<(string, string, string), string>();
        var (rows, good) = (0, 0);
        foreach (var place in Places(path))
        {
            rows++;
            var before = problems.Count(p => p.IsError);
            try
            {
                var row = place();
                var sample = PreferenceFormats.ReadRow(row);
                formats[PreferenceFormats.Detect(row)!.Value] = formats.GetValueOrDefault(PreferenceFormats.Detect(row)!.Value) + 1;
                problems.AddRange(Check(sample, options));
                var key = (string.Join('\n', sample.Videos.Concat(sample.Images).Concat(sample.Prompt.Select(t => t.Text))), sample.Chosen, sample.Rejected);
                if (!seen.TryAdd(key, sample.Place))
                {
                    problems.Add(new DataProblem(sample.Place, "", $"The same row as {seen[key]}.", "Drop one, unless it is to count twice.", IsError: false));
                }
            }
            catch (PralineException e)
            {
                problems.Add(Parse(e.Message));
            }

            good += problems.Count(p => p.IsError) == before ? 1 : 0;
        }

        if (rows == 0)
        {
            problems.Add(new DataProblem(path, "", "The file holds no row.", "Check how it was made."));
        }

        return new DataCheckResult(rows, good, formats, problems);
    }

    private static IEnumerable<DataProblem> Check(PreferenceSample sample, DataCheckOptions options)
    {
        foreach (var (field, answer) in new[] { ("chosen", sample.Chosen), ("rejected", sample.Rejected) })
        {
            if (CaptionForm.IsEmpty(answer))
            {
                yield return new DataProblem(sample.Place, field, "The answer is empty.", "Drop the row: there is nothing to learn from.");
            }
        }

        var alike = NearDuplicates.Similarity(NearDuplicates.Words(sample.Chosen), NearDuplicates.Words(sample.Rejected));
        if (sample.Chosen.Trim() == sample.Rejected.Trim())
        {
            yield return new DataProblem(sample.Place, "rejected", "Both answers are the same.", "Drop the row.");
        }
        else if (alike >= options.NearDuplicate)
        {
            yield return new DataProblem(sample.Place, "rejected", "Both answers are nearly the same.", "Look whether they differ in substance.", IsError: false);
        }

        if (sample.ChosenScore < sample.RejectedScore)
        {
            yield return new DataProblem(sample.Place, "chosen",
                FormattableString.Invariant($"The chosen answer has the lower score ({sample.ChosenScore} against {sample.RejectedScore})."), "Swap the answers, or correct the scores.");
        }

        if (sample.Prompt[^1].Role != "user")
        {
            yield return new DataProblem(sample.Place, "prompt", $"The prompt ends with a turn of the {sample.Prompt[^1].Role}.", "End it with a user's turn.");
        }

        foreach (var (field, mark, files) in new[] { ("videos", "<video>", sample.Videos), ("images", "<image>", sample.Images) })
        {
            if (sample.CountMarks(mark) is > 0 and var marks && marks != files.Count)
            {
                yield return new DataProblem(sample.Place, field, $"The prompt has {marks} {mark}, the row names {files.Count} files.", $"Name one file for each {mark}, or drop the marks.");
            }

            foreach (var file in files.Where(f => options.MediaFolder is { } folder && !File.Exists(Path.Combine(folder, f))))
            {
                yield return new DataProblem(sample.Place, field, $"There is no file {file} in {options.MediaFolder}.", "Correct the path or the folder.");
            }
        }

        if (options.Tokens?.Invoke(sample) is { } tokens && tokens.Total > options.MaxLength)
        {
            var what = tokens.Visual >= options.MaxLength ? $"of its {tokens.Visual} visual tokens {tokens.Visual - options.MaxLength} and the whole text would be cut off" : "its end would be cut off";
            yield return new DataProblem(sample.Place, "", $"The sample has {tokens.Total} tokens, training takes {options.MaxLength}: {what}.",
                "Raise --max-length, lower --token-kept-ratio or the number of frames, or drop the row.");
        }
    }

    // A JSON array fails as a whole; a line of JSONL by itself.
    private static IEnumerable<Func<JsonRow>> Places(string path)
    {
        var first = JsonLines.ReadLines(path).Select(l => l.Text).FirstOrDefault("");
        return first.TrimStart().StartsWith('[')
            ? PreferenceFormats.Rows(path).Select(row => (Func<JsonRow>)(() => row))
            : JsonLines.ReadLines(path).Select(line => (Func<JsonRow>)(() => JsonLines.Parse($"{path}, line {line.Number}", line.Text)));
    }

    // Our readers' messages are "PLACE, field "NAME": PROBLEM".
    private static DataProblem Parse(string message)
    {
        var end = message.IndexOf(": ", StringComparison.Ordinal);
        var (place, problem) = end < 0 ? ("", message) : (message[..end], message[(end + 2)..]);
        var field = place.IndexOf(", field \"", StringComparison.Ordinal);
        return field < 0
            ? new DataProblem(place, "", problem, "docs/data-formats.md shows the formats.")
            : new DataProblem(place[..field], place[(field + 9)..].TrimEnd('"'), problem, "docs/data-formats.md shows the formats.");
    }
}
