using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Praline.Data;
using Praline.Studio.Library;

namespace Praline.Studio.Pairs;

/// <summary>A row of a data set as the list shows it.</summary>
/// <param name="Row">Its number from 0, its name in links.</param>
/// <param name="Id">Its own name.</param>
/// <param name="Place">File and line.</param>
/// <param name="Question">The last question.</param>
/// <param name="Chosen">The better answer; empty for a row with a problem.</param>
/// <param name="Rejected">The worse answer.</param>
/// <param name="ChosenScore">Its score, where there is one.</param>
/// <param name="RejectedScore">Its score, where there is one.</param>
/// <param name="Problem">Why the row can't be used; null when it can.</param>
public sealed record PairLine(
    int Row, string Id, string Place, string Question, string Chosen, string Rejected, double? ChosenScore, double? RejectedScore, string? Problem)
{
    /// <summary>How much better the chosen answer was scored.</summary>
    public double? Gap => ChosenScore - RejectedScore;
}

/// <summary>A medium of a row, as the index keeps it.</summary>
/// <param name="IsVideo">Whether it is a video.</param>
/// <param name="Name">As the row names it.</param>
/// <param name="Path">The file; null for bytes inside the data file, and where the file is missing.</param>
/// <param name="First">First frame of a clip.</param>
/// <param name="Last">Last frame of a clip.</param>
public sealed record PairMedium(bool IsVideo, string Name, string? Path, int? First, int? Last);

/// <summary>A turn before the answers.</summary>
/// <param name="Role">user, assistant or system.</param>
/// <param name="Text">What was said, media as marks.</param>
public sealed record PairTurn(string Role, string Text);

/// <summary>A whole row.</summary>
public sealed record PairDetails(PairLine Line, IReadOnlyList<PairTurn> Turns, IReadOnlyList<PairMedium> Media);

/// <summary>A way to order the list.</summary>
public enum PairOrder
{
    /// <summary>As in the file.</summary>
    File,

    /// <summary>The largest gap of scores first.</summary>
    LargestGap,

    /// <summary>The smallest gap of scores first.</summary>
    SmallestGap,

    /// <summary>The longest chosen answer, compared with its rejected one, first.</summary>
    LongerChosen,
}

/// <summary>What the list shows.</summary>
public sealed record PairQuery
{
    /// <summary>Words that all must occur in question or answers, or the row's id.</summary>
    public string Text { get; init; } = "";

    /// <summary>The smallest gap; null for any, also rows without scores.</summary>
    public double? MinGap { get; init; }

    /// <summary>The largest gap.</summary>
    public double? MaxGap { get; init; }

    /// <summary>The fewest words of the chosen answer.</summary>
    public int? MinWords { get; init; }

    /// <summary>The most words of the chosen answer.</summary>
    public int? MaxWords { get; init; }

    /// <summary>Only rows that can't be used.</summary>
    public bool Problems { get; init; }

    /// <summary>The order.</summary>
    public PairOrder Order { get; init; }
}

/// <summary>
/// An index of one data set in a SQLite file: made once per version of the data file by <see cref="DataSet"/>, then read by page. Memory does not grow with the
/// number of rows.
/// </summary>
public sealed class PairIndex : IDisposable
{
    private const int Version = 1;
    private readonly SqliteConnection _connection;
    private readonly Lock _lock = new();

    private PairIndex(SqliteConnection connection) => _connection = connection;

    /// <summary>How many rows there are, those with problems included.</summary>
    public int Count => Locked(() => (int)_connection.Value<long>("SELECT count(*) FROM pairs"));

    /// <summary>Opens a data set's index, making it where it is missing or the data changed.</summary>
    /// <exception cref="PralineException">The data can't be read.</exception>
    public static PairIndex Open(DataSetEntry data, StudioOptions options)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant(
            $"{Version}|{data.Path}|{data.Bytes}|{data.Changed.Ticks}|{options.MediaFolder ?? options.Root}"))))[..32];
        var path = Path.Combine(options.CacheFolder, $"{name}.sqlite");
        if (!File.Exists(path))
        {
            Make(path, data, options);
        }

        return new PairIndex(Sqlite.Open(path, readOnly: true));
    }

    /// <summary>A page of the rows that a query asks for, and how many there are.</summary>
    public (IReadOnlyList<PairLine> Lines, int Total) Find(PairQuery query, int skip, int take) => Locked<(IReadOnlyList<PairLine>, int)>(() =>
    {
        var (where, values) = Where(query);
        var order = query.Order switch
        {
            PairOrder.LargestGap => "gap DESC NULLS LAST, row",
            PairOrder.SmallestGap => "gap ASC NULLS LAST, row",
            PairOrder.LongerChosen => "chosen_words - rejected_words DESC, row",
            _ => "row",
        };
        var lines = _connection.Rows(
            $"SELECT row, id, place, question, chosen, rejected, chosen_score, rejected_score, problem FROM pairs {where} ORDER BY {order} LIMIT $take OFFSET $skip",
            Line, [.. values, ("$take", take), ("$skip", skip)]);
        return (lines, (int)_connection.Value<long>($"SELECT count(*) FROM pairs {where}", values));
    });

    /// <summary>One row; null when there is none of this number.</summary>
    public PairDetails? Get(int row) => Locked(() => _connection.Rows(
        "SELECT row, id, place, question, chosen, rejected, chosen_score, rejected_score, problem, turns, media FROM pairs WHERE row = $row",
        reader => new PairDetails(
            Line(reader), JsonSerializer.Deserialize<PairTurn[]>(reader.GetString(9))!, JsonSerializer.Deserialize<PairMedium[]>(reader.GetString(10))!),
        ("$row", row)).FirstOrDefault());

    /// <summary>All gaps that a query without its own limits on gaps lets through, for a histogram.</summary>
    public IReadOnlyList<double> Gaps(PairQuery query) => Locked(() =>
    {
        var (where, values) = Where(query with { MinGap = null, MaxGap = null });
        return _connection.Rows($"SELECT gap FROM pairs {where}{(where.Length > 0 ? " AND" : "WHERE")} gap IS NOT NULL", r => r.GetDouble(0), values);
    });

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private static PairLine Line(SqliteDataReader reader) => new(
        reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetString(5),
        reader.OptionalNumber(6), reader.OptionalNumber(7), reader.OptionalText(8));

    private static (string Sql, (string, object?)[] Values) Where(PairQuery query)
    {
        var (terms, values) = (new List<string>(), new List<(string, object?)>());
        void Add(string sql, string name, object? value)
        {
            terms.Add(sql);
            values.Add((name, value));
        }

        if (Words(query.Text) is { Length: > 0 } text)
        {
            Add("row IN (SELECT rowid FROM texts WHERE texts MATCH $text)", "$text", text);
        }

        if (query.MinGap is { } minGap)
        {
            Add("gap >= $min_gap", "$min_gap", minGap);
        }

        if (query.MaxGap is { } maxGap)
        {
            Add("gap <= $max_gap", "$max_gap", maxGap);
        }

        if (query.MinWords is { } minWords)
        {
            Add("chosen_words >= $min_words", "$min_words", minWords);
        }

        if (query.MaxWords is { } maxWords)
        {
            Add("chosen_words <= $max_words", "$max_words", maxWords);
        }

        if (query.Problems)
        {
            terms.Add("problem IS NOT NULL");
        }

        return (terms.Count == 0 ? "" : $"WHERE {string.Join(" AND ", terms)}", [.. values]);
    }

    /// <summary>What a person typed as a query that can't be a syntax error: each word quoted, all of them wanted, the last as a beginning.</summary>
    private static string Words(string text) => string.Join(
        " AND ", text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Take(16).Select(w => $"\"{w.Replace("\"", "\"\"")}\"*"));

    private static void Make(string path, DataSetEntry data, StudioOptions options)
    {
        var temporary = $"{path}.{Environment.ProcessId}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var connection = Sqlite.Open(temporary))
            {
                connection.Run("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;");
                connection.Run(
                    """
                    CREATE TABLE pairs (row INTEGER PRIMARY KEY, id TEXT, place TEXT, question TEXT, chosen TEXT, rejected TEXT, chosen_score REAL, rejected_score REAL,
                        gap REAL, chosen_words INTEGER, rejected_words INTEGER, problem TEXT, turns TEXT, media TEXT);
                    CREATE VIRTUAL TABLE texts USING fts5 (id, question, chosen, rejected, content = 'pairs', content_rowid = 'row', tokenize = 'unicode61');
                    """);
                using (var transaction = connection.BeginTransaction())
                {
                    Fill(connection, data, options);
                    connection.Run("INSERT INTO texts (texts) VALUES ('rebuild')");
                    connection.Run("CREATE INDEX by_gap ON pairs (gap)");
                    transaction.Commit();
                }

                SqliteConnection.ClearPool(connection);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or SqliteException)
        {
            throw new PralineException($"The index of {data.Id} can't be written in {options.CacheFolder}: {error.Message} Free space there, or set XDG_CACHE_HOME.", error);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static void Fill(SqliteConnection connection, DataSetEntry data, StudioOptions options)
    {
        using var insert = connection.CreateCommand();
        insert.CommandText =
            "INSERT INTO pairs VALUES ($row, $id, $place, $question, $chosen, $rejected, $chosen_score, $rejected_score, $gap, $chosen_words, $rejected_words, $problem, $turns, $media)";
        string[] names = ["$row", "$id", "$place", "$question", "$chosen", "$rejected", "$chosen_score", "$rejected_score", "$gap", "$chosen_words", "$rejected_words", "$problem", "$turns", "$media"];
        var parameters = names.Select(name => insert.Parameters.Add(new SqliteParameter(name, null))).ToArray();
        var resolver = new MediaResolver(options.MediaFolder ?? options.Root);
        var set = DataSet.Open(data.Path, new DataOptions { FindMedia = false });
        foreach (var (row, result) in set.Read().Index())
        {
            object?[] values = result.Value is { } sample ? Values(row, sample, resolver)
                : [row, result.Problem!.Id, result.Source.ToString(), "", "", "", null, null, null, 0, 0, result.Problem.Message, "[]", "[]"];
            for (var i = 0; i < values.Length; i++)
            {
                parameters[i].Value = values[i] ?? DBNull.Value;
            }

            insert.ExecuteNonQuery();
        }
    }

    private static object?[] Values(int row, Sample sample, MediaResolver resolver)
    {
        string? problem = null;
        var media = new List<PairMedium>();
        foreach (var medium in sample.Media)
        {
            var path = null as string;
            try
            {
                path = resolver.Resolve(sample, medium).Path;
            }
            catch (DataException missing)
            {
                problem ??= missing.Problem.Message;
            }

            media.Add(new PairMedium(medium.IsVideo, medium.Name, path, medium.Range?.First, medium.Range?.Last));
        }

        var (chosen, rejected) = (sample.Answers[0], null as Answer);
        try
        {
            (chosen, rejected) = sample.Pair();
        }
        catch (DataException lacking)
        {
            problem ??= lacking.Problem.Message;
        }

        PairTurn[] turns =
        [
            .. sample.System is { } system ? new[] { new PairTurn("system", system) } : [],
            .. sample.Turns.Select(t => new PairTurn(t.Role.ToString().ToLowerInvariant(), t.MarkedText)),
        ];
        return
        [
            row, sample.Id, sample.Source.ToString(), sample.Turns[^1].Text, chosen.Text, rejected?.Text ?? "", chosen.Score, rejected?.Score, chosen.Score - rejected?.Score,
            WordCount(chosen.Text), WordCount(rejected?.Text ?? ""), problem, JsonSerializer.Serialize(turns), JsonSerializer.Serialize(media),
        ];
    }

    private static int WordCount(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;

    private T Locked<T>(Func<T> read)
    {
        lock (_lock)
        {
            return read();
        }
    }
}

/// <summary>The indexes that are open, one per version of a data set.</summary>
public sealed class PairIndexes(StudioOptions options) : IDisposable
{
    private readonly Dictionary<string, (DataSetEntry Entry, PairIndex Index)> _open = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>A data set's index.</summary>
    /// <exception cref="PralineException">The data can't be read, or the index not be written.</exception>
    public PairIndex Of(DataSetEntry data)
    {
        lock (_lock)
        {
            if (_open.TryGetValue(data.Id, out var known) && known.Entry == data)
            {
                return known.Index;
            }

            known.Index?.Dispose();
            return (_open[data.Id] = (data, PairIndex.Open(data, options))).Index;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, index) in _open.Values)
        {
            index.Dispose();
        }
    }
}
