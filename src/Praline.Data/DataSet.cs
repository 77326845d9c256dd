using Praline.Data.Containers;
using Praline.Data.Formats;
using Praline.Data.Rows;

namespace Praline.Data;

/// <summary>Which of a row's scored candidates is the rejected one.</summary>
public enum RejectedCandidate
{
    /// <summary>The one with the lowest score, as SynPO's paper and train_synpo.py have it.</summary>
    Lowest,

    /// <summary>The one with the second-lowest score, as SynPO's train_dpo_check.py has it.</summary>
    SecondLowest,
}

/// <summary>How a data set is read.</summary>
public sealed record DataOptions
{
    /// <summary>Where media lie; null for the folder of the data file.</summary>
    public string? MediaFolder { get; init; }

    /// <summary>Whether the files that rows name are looked for: a row without its file is a problem then.</summary>
    public bool FindMedia { get; init; } = true;

    /// <summary>The format of all rows, by name; null to tell each row's by its fields.</summary>
    public string? Format { get; init; }

    /// <summary>New names of fields by their old ones (<c>--column NEW=OLD</c>), applied before a format sees the row.</summary>
    public IReadOnlyDictionary<string, string> Columns { get; init; } = new Dictionary<string, string>();

    /// <summary>Fields that are left out of every row (<c>--ignore-column</c>), for what looks like media and is none.</summary>
    public IReadOnlyCollection<string> IgnoredColumns { get; init; } = [];

    /// <summary>The question of rows that have none; null to refuse them.</summary>
    public string? Question { get; init; }

    /// <summary>Which candidate is the rejected one, where a row has several.</summary>
    public RejectedCandidate Rejected { get; init; }

    /// <summary>The longest row in bytes, decompressed.</summary>
    public long MaxRowBytes { get; init; } = 256L << 20;

    /// <summary>Reads <c>NEW=OLD</c> as <see cref="Columns"/> wants it.</summary>
    /// <exception cref="PralineException">One is not of this form, or a new name comes twice.</exception>
    public static IReadOnlyDictionary<string, string> ParseColumns(IEnumerable<string> columns)
    {
        var parsed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var column in columns)
        {
            if (column.Split('=') is not [{ Length: > 0 } to, { Length: > 0 } from] || !parsed.TryAdd(to, from))
            {
                throw new PralineException($"--column should be NEW=OLD, such as chosen=preferred, each new name once; found '{column}'.");
            }
        }

        return parsed;
    }

    /// <summary>LLaMA-Factory's names of a message's fields and roles.</summary>
    internal Messages.Names? Tags { get; init; }
}

/// <summary>A row as it was read: what it holds, or why it can't be used.</summary>
/// <typeparam name="T">What was wanted of the row.</typeparam>
/// <param name="Source">The row.</param>
/// <param name="Value">What it holds; null with a problem.</param>
/// <param name="Problem">Why it can't be used; null without.</param>
public readonly record struct RowResult<T>(SampleSource Source, T? Value, DataProblem? Problem)
    where T : class;

/// <summary>
/// A file or folder of preference rows in any format and container of docs/data-formats.md. Rows are read one after the other and media are not
/// read at all until somebody looks at them, so memory does not grow with the data.
/// </summary>
/// <example><code>
/// var data = DataSet.Open("pairs.jsonl", new DataOptions { MediaFolder = "videos" });
/// foreach (var (source, pair, problem) in data.Read(sample => sample.Pair()))
/// {
///     Console.WriteLine(problem?.ToString() ?? $"{source}: {pair!.Chosen.Text}");
/// }
/// </code></example>
public sealed class DataSet
{
    private readonly DataOptions _options;
    private readonly MediaResolver _resolver;
    private readonly Codec? _codec;
    private readonly Dictionary<string, (SampleSource First, int Rows)> _unused = new(StringComparer.Ordinal);

    private DataSet(string path, DataOptions options)
    {
        Path = path;
        _options = options;
        _codec = options.Format is { } format ? DataFormats.Find(format) : null;
        var folder = options.MediaFolder ?? (Directory.Exists(path) ? path : System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
        _resolver = new MediaResolver(folder);
    }

    /// <summary>The file or folder.</summary>
    public string Path { get; }

    /// <summary>Fields that no format knows and that were therefore not used, each once; complete after the last row.</summary>
    public IReadOnlyList<DataProblem> Warnings => [.. _unused.Select(f => new DataProblem(
        f.Value.First, f.Key, "fields that the format knows", $"one that is not used (in {f.Value.Rows} rows)",
        "Rename it with --column NEW=OLD if it means something, or ignore it with --ignore-column.", IsError: false))];

    /// <summary>Opens a data set.</summary>
    /// <param name="path">A file, a folder, or an entry of LLaMA-Factory's list of data sets (<c>dataset_info.json#NAME</c>).</param>
    /// <param name="options">How it is read.</param>
    /// <exception cref="PralineException">There is nothing at the path, or the format is not known.</exception>
    public static DataSet Open(string path, DataOptions? options = null) => LlamaFactoryInfo.Names(path)
        ? LlamaFactoryInfo.Open(path, options ?? new DataOptions())
        : File.Exists(path) || Directory.Exists(path)
        ? new DataSet(path, options ?? new DataOptions())
        : throw new PralineException($"There is no file {path}: a data set was expected there (docs/data-formats.md shows the formats).");

    /// <summary>All rows, in order, as samples.</summary>
    public IEnumerable<RowResult<Sample>> Read() => Read(sample => sample);

    /// <summary>All rows, in order, as one of a sample's views.</summary>
    /// <param name="view">Such as <c>sample => sample.Pair()</c>.</param>
    public IEnumerable<RowResult<T>> Read<T>(Func<Sample, T> view)
        where T : class
    {
        _unused.Clear();
        foreach (var (number, raw) in Container.Rows(Path, _options).Index())
        {
            yield return raw.Problem is { } problem ? new RowResult<T>(raw.Source, null, problem) : ReadRow(raw, number, view);
        }
    }

    /// <summary>All rows as samples.</summary>
    /// <exception cref="DataException">A row can't be used.</exception>
    public IEnumerable<Sample> Samples() => Read().Select(row => row.Value ?? throw new DataException(row.Problem!));

    private RowResult<T> ReadRow<T>(RawRow raw, int number, Func<Sample, T> view)
        where T : class
    {
        try
        {
            var row = new Row(raw.Source, Columns.Renamed(raw.Value!, raw.Source, _options));
            var codec = _codec ?? DataFormats.Of(row);
            var sample = codec.Read(row, _options) with { Number = number };
            sample = _options.Rejected == RejectedCandidate.SecondLowest && codec is not SynpoCodec ? WithoutLowest(sample) : sample;
            foreach (var (path, field, value, declared) in row.Unread())
            {
                Columns.RequireHarmless(sample, path, declared ? "" : field, value);
                if (declared)
                {
                    continue;
                }

                var (first, rows) = _unused.GetValueOrDefault(path, (raw.Source, 0));
                _unused[path] = (first, rows + 1);
            }

            return new RowResult<T>(raw.Source, view(_options.FindMedia ? Resolved(sample) : sample), null);
        }
        catch (DataException error)
        {
            return new RowResult<T>(raw.Source, null, error.Problem);
        }
    }

    private static Sample WithoutLowest(Sample sample) => sample.Answers.Count > 2 && sample.HasPair
        ? sample with { Answers = [.. sample.Ranked().SkipLast(1)] }
        : throw new DataException(sample.Problem(
            "", "three or more candidates that are ranked or scored, of which the second-lowest is rejected", $"{sample.Answers.Count} (a row of the format {sample.Format})",
            "Leave --rejected out, or drop the row."));

    private Sample Resolved(Sample sample) => sample.Media.All(m => m.Embedded is not null) ? sample : sample with
    {
        Turns = [.. sample.Turns.Select(turn => turn with
        {
            Parts = [.. turn.Parts.Select(p => p is Part.Medium medium ? new Part.Medium(_resolver.Resolve(sample, medium.Reference)) : p)],
        })],
    };
}
