namespace Praline.Data;

/// <summary>What a data check looks at beyond the rows themselves.</summary>
public sealed record DataCheckOptions
{
    /// <summary>
    /// Tells a sample's length in tokens: visual tokens of the prompt, and the whole sequence with the longest answer. Null to not count.
    /// </summary>
    public Func<Sample, (int Visual, int Total)>? Tokens { get; init; }

    /// <summary>The longest sequence that training takes, in tokens (<c>--max-length</c>).</summary>
    public int MaxLength { get; init; } = 2560;

    /// <summary>Answers this alike (share of words that are the same, 0 to 1) are worth a warning.</summary>
    public double NearDuplicate { get; init; } = 0.95;
}

/// <summary>What a data check found.</summary>
/// <param name="Rows">Rows in the file.</param>
/// <param name="Good">Rows without an error.</param>
/// <param name="Formats">How many rows have which format.</param>
/// <param name="Problems">All problems, in the file's order.</param>
public sealed record DataCheckResult(int Rows, int Good, IReadOnlyDictionary<string, int> Formats, IReadOnlyList<DataProblem> Problems)
{
    /// <summary>Whether training can start.</summary>
    public bool IsGood => Problems.All(p => !p.IsError);
}

/// <summary>Finds what is wrong with a data set before any training starts: all problems of all rows, each with row, field and remedy.</summary>
public static class DataCheck
{
    /// <summary>Checks a data set.</summary>
    /// <exception cref="PralineException">It can't be read at all.</exception>
    public static DataCheckResult Run(DataSet data, DataCheckOptions? options = null)
    {
        options ??= new DataCheckOptions();
        var problems = new List<DataProblem>();
        var formats = new Dictionary<string, int>();
        var seen = new Dictionary<string, SampleSource>(StringComparer.Ordinal);
        var looked = new HashSet<string>(StringComparer.Ordinal);
        var (rows, good) = (0, 0);
        foreach (var (source, sample, problem) in data.Read())
        {
            rows++;
            DataProblem[] found = sample is null ? [problem!] : [.. Answers(sample), .. Media(sample, looked), .. Look(sample, options)];
            if (sample is not null)
            {
                formats[sample.Format] = formats.GetValueOrDefault(sample.Format) + 1;
                var content = string.Join('\n', [.. sample.Turns.Select(t => t.MarkedText), .. sample.Media.Select(m => m.Key), .. sample.Answers.Select(a => a.Text)]);
                if (!seen.TryAdd(Hash(content), source))
                {
                    problems.Add(sample.Problem("", "each row once", $"the same row as {seen[Hash(content)]}", "Drop one, unless it is to count twice.", isError: false));
                }
            }

            problems.AddRange(found);
            good += found.Any(p => p.IsError) ? 0 : 1;
        }

        if (rows == 0)
        {
            problems.Add(new DataProblem(new SampleSource(data.Path), "", "at least one row", "none", "Check how the file was made."));
        }

        return new DataCheckResult(rows, good, formats, [.. problems, .. data.Warnings]);
    }

    /// <summary>Answers that teach nothing: empty ones, equal ones, a chosen one that was scored lower.</summary>
    public static IEnumerable<DataProblem> Answers(Sample sample)
    {
        for (var i = 0; i < sample.Answers.Count; i++)
        {
            var answer = sample.Answers[i];
            if (!answer.Text.Any(char.IsLetterOrDigit))
            {
                yield return sample.Problem(NameOf(sample, i), "an answer", answer.Text.Trim().Length == 0 ? "an empty one" : $"\"{answer.Text.Trim()[..Math.Min(20, answer.Text.Trim().Length)]}\" without a letter or a digit",
                    "Drop the row: there is nothing to learn from.");
            }
            else if (sample.Answers.Take(i).Any(other => other.Text.Trim() == answer.Text.Trim()))
            {
                yield return sample.Problem(NameOf(sample, i), "different answers", "the same one twice", "Drop the row: equal answers express no preference.");
            }
        }

        if (sample.HasPair && sample.Answers[0].Rank is not null && sample.Pair() is { Gap: < 0 } pair)
        {
            yield return sample.Problem("chosen", "a chosen answer with the higher score",
                FormattableString.Invariant($"{pair.Chosen.Score} against {pair.Rejected.Score}"), "Swap the answers, or correct the scores.");
        }
    }

    /// <summary>Files that are plainly no media: each is looked at once, its first bytes alone.</summary>
    private static IEnumerable<DataProblem> Media(Sample sample, HashSet<string> looked)
    {
        foreach (var medium in sample.Media.Where(m => m.Path is not null && looked.Add(m.Path)))
        {
            if (IsText(medium.Path!))
            {
                yield return sample.Problem(
                    medium.IsVideo ? "video" : "image", medium.IsVideo ? "a video" : "an image", $"{medium.Path}, which is a text file", "Correct the name, or leave the row out.");
            }
        }
    }

    private static bool IsText(string path)
    {
        Span<byte> start = stackalloc byte[512];
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false; // said where it is read
        }

        return start.Length > 0 && !start.ContainsAny(Controls) && !start.ContainsAnyInRange((byte)0x80, (byte)0xFF);
    }

    private static readonly System.Buffers.SearchValues<byte> Controls = System.Buffers.SearchValues.Create(
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127]);

    private static IEnumerable<DataProblem> Look(Sample sample, DataCheckOptions options)
    {
        for (var i = 1; i < sample.Answers.Count; i++)
        {
            var (text, words) = (sample.Answers[i].Text, NearDuplicates.Words(sample.Answers[i].Text));
            if (sample.Answers.Take(i).Any(other => other.Text.Trim() != text.Trim()
                && NearDuplicates.Similarity(NearDuplicates.Words(other.Text), words) >= options.NearDuplicate))
            {
                yield return sample.Problem(NameOf(sample, i), "different answers", "two that are nearly the same", "Look whether they differ in substance.", isError: false);
            }
        }

        if (options.Tokens is null)
        {
            yield break;
        }

        (int Visual, int Total)? tokens = null;
        PralineException? refused = null;
        try
        {
            tokens = options.Tokens(sample);
        }
        catch (PralineException error)
        {
            refused = error;
        }

        if (refused is not null)
        {
            yield return sample.Problem("", "a conversation that the model's chat template can write", refused.Message.TrimEnd('.'), "Change the row, or drop it.");
        }
        else if (tokens?.Total > options.MaxLength)
        {
            var what = tokens?.Visual >= options.MaxLength ? $"{tokens?.Visual} visual tokens alone" : $"{tokens?.Total}";
            yield return sample.Problem("", $"at most {options.MaxLength} tokens", what,
                "Raise --max-length, lower --token-kept-ratio or the number of frames, or drop the row: nothing is cut.");
        }
    }

    private static string NameOf(Sample sample, int answer) => sample.Answers.Count switch
    {
        1 => "answer",
        2 when sample.HasPair && sample.Answers[0].Rank is not null => sample.Answers[answer].Rank == 1 ? "chosen" : "rejected",
        _ => $"answers[{answer}]",
    };

    private static string Hash(string content) =>
        Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(content)).AsSpan(0, 16));
}
