using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Praline.Studio.Library;
using Praline.Studio.Pairs;

namespace Praline.Studio.People;

/// <summary>What a person decided about two answers.</summary>
public enum Verdict
{
    /// <summary>The answer on the left is better.</summary>
    Left,

    /// <summary>The answer on the right is better.</summary>
    Right,

    /// <summary>Neither is better.</summary>
    Tie,

    /// <summary>Neither is acceptable.</summary>
    BothBad,

    /// <summary>No decision; the pair is not shown to this person again.</summary>
    Skip,
}

/// <summary>A stretch of an answer that a person marked.</summary>
/// <param name="Side">Which answer: chosen or rejected.</param>
/// <param name="Start">First character.</param>
/// <param name="Length">Characters.</param>
/// <param name="Note">What is wrong with it, such as "made up".</param>
/// <param name="Seconds">The time in the video that shows it; null for none.</param>
public sealed record MarkedSpan(string Side, int Start, int Length, string Note, double? Seconds);

/// <summary>One judgement.</summary>
public sealed record HumanJudgement
{
    /// <summary>Who judged.</summary>
    public required string Annotator { get; init; }

    /// <summary>The row of the data set.</summary>
    public required int Row { get; init; }

    /// <summary>Whether the chosen answer stood on the left.</summary>
    public required bool ChosenOnLeft { get; init; }

    /// <summary>The decision.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>Why, in the person's words.</summary>
    public string Reason { get; init; } = "";

    /// <summary>A better answer that the person wrote; empty for none.</summary>
    public string Corrected { get; init; } = "";

    /// <summary>Seconds from showing the pair to the decision.</summary>
    public double Seconds { get; init; }

    /// <summary>Marked stretches.</summary>
    public IReadOnlyList<MarkedSpan> Spans { get; init; } = [];

    /// <summary>Which answer won: <c>chosen</c>, <c>rejected</c>, <c>tie</c>, <c>both_bad</c> or <c>skip</c>.</summary>
    public string Winner => Verdict switch
    {
        Verdict.Left => ChosenOnLeft ? "chosen" : "rejected",
        Verdict.Right => ChosenOnLeft ? "rejected" : "chosen",
        Verdict.Tie => "tie",
        Verdict.BothBad => "both_bad",
        _ => "skip",
    };
}

/// <summary>Which pairs people are shown, and how many of them several people see.</summary>
public sealed record QueueOptions
{
    /// <summary>How many pairs; null for all.</summary>
    public int? Sample { get; init; }

    /// <summary>The share of pairs that every person is shown; the others are shown to whoever comes first.</summary>
    public double Overlap { get; init; } = 0.25;

    /// <summary>Decides order and sides.</summary>
    public int Seed { get; init; }
}

/// <summary>
/// People's judgements of one data set, in a SQLite file beside it (<c>NAME.people.sqlite</c>). Each is on disk before the next pair is shown; rows are named
/// by the content of their answers, so that a data set may be sorted or extended without losing any.
/// </summary>
/// <param name="path">The file; it is made with the first judgement.</param>
public sealed class PeopleStore(string path) : IDisposable
{
    private const string Tables =
        """
        CREATE TABLE IF NOT EXISTS judgements (id INTEGER PRIMARY KEY, key TEXT NOT NULL, annotator TEXT NOT NULL, row INTEGER NOT NULL, chosen_on_left INTEGER NOT NULL,
            verdict TEXT NOT NULL, reason TEXT NOT NULL, corrected TEXT NOT NULL, seconds REAL NOT NULL, at TEXT NOT NULL);
        CREATE TABLE IF NOT EXISTS spans (judgement INTEGER NOT NULL, side TEXT NOT NULL, start INTEGER NOT NULL, length INTEGER NOT NULL, note TEXT NOT NULL, seconds REAL);
        """;

    private readonly Lock _lock = new();
    private SqliteConnection? _open;

    /// <summary>The file.</summary>
    public string FilePath { get; } = path;

    /// <summary>All judgements that stand, in the order in which they were made.</summary>
    public IReadOnlyList<(string Key, HumanJudgement Judgement)> All() => Locked(() => _open is null && !File.Exists(FilePath) ? [] : Read(Connection()));

    /// <summary>Stores a judgement; it is on disk when this returns.</summary>
    public void Add(string key, HumanJudgement judgement) => Locked(() =>
    {
        var connection = Connection();
        using var transaction = connection.BeginTransaction();
        connection.Run(
            "INSERT INTO judgements (key, annotator, row, chosen_on_left, verdict, reason, corrected, seconds, at) VALUES ($key, $annotator, $row, $left, $verdict, $reason, $corrected, $seconds, $at)",
            ("$key", key), ("$annotator", judgement.Annotator), ("$row", judgement.Row), ("$left", judgement.ChosenOnLeft), ("$verdict", judgement.Verdict.ToString()),
            ("$reason", judgement.Reason), ("$corrected", judgement.Corrected), ("$seconds", judgement.Seconds),
            ("$at", DateTime.UtcNow.ToString("O", CultureInfo.InvariantCulture)));
        var id = connection.Value<long>("SELECT last_insert_rowid()");
        foreach (var span in judgement.Spans)
        {
            connection.Run(
                "INSERT INTO spans VALUES ($id, $side, $start, $length, $note, $seconds)",
                ("$id", id), ("$side", span.Side), ("$start", span.Start), ("$length", span.Length), ("$note", span.Note), ("$seconds", span.Seconds));
        }

        transaction.Commit();
        return 0;
    });

    /// <summary>Takes a person's last judgement back.</summary>
    /// <returns>Its row; null when there is none.</returns>
    public int? Undo(string annotator) => Locked(() =>
    {
        if (_open is null && !File.Exists(FilePath))
        {
            return (int?)null;
        }

        var last = Connection().Rows(
            "SELECT id, row FROM judgements WHERE annotator = $annotator ORDER BY id DESC LIMIT 1", r => (Id: r.GetInt64(0), Row: r.GetInt32(1)), ("$annotator", annotator));
        if (last is not [var (id, row)])
        {
            return null;
        }

        Connection().Run("DELETE FROM spans WHERE judgement = $id; DELETE FROM judgements WHERE id = $id", ("$id", id));
        return row;
    });

    /// <summary>The next row for a person, and how many are left for them with it; null when nothing is left.</summary>
    public (int Row, int Left)? Next(PairIndex index, string annotator, QueueOptions options)
    {
        var judged = All();
        var own = judged.Where(j => j.Judgement.Annotator == annotator).Select(j => j.Key).ToHashSet(StringComparer.Ordinal);
        var others = judged.Where(j => j.Judgement.Annotator != annotator).Select(j => j.Key).ToHashSet(StringComparer.Ordinal);
        var open = Queue(index, options).Where(p => !own.Contains(p.Key) && (p.Shared || !others.Contains(p.Key))).ToList();
        return open.Count == 0 ? null : (open[0].Row, open.Count);
    }

    /// <summary>Whether the chosen answer stands on the left for a person: by chance, but the same at every look.</summary>
    public static bool ChosenOnLeft(string key, string annotator, QueueOptions options) => (Hash($"side|{options.Seed}|{annotator}|{key}") & 1) == 0;

    /// <summary>A pair's name: what was asked and answered.</summary>
    public static string KeyOf(PairLine pair) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{pair.Question}\0{pair.Chosen}\0{pair.Rejected}")))[..24];

    /// <inheritdoc/>
    public void Dispose() => _open?.Dispose();

    private static List<(int Row, string Key, bool Shared)> Queue(PairIndex index, QueueOptions options)
    {
        var (lines, _) = index.Find(new PairQuery(), 0, int.MaxValue);
        var ordered = lines.Where(l => l.Problem is null && l.Rejected.Length > 0).Select(l => (l.Row, Key: KeyOf(l))).DistinctBy(l => l.Key)
            .OrderBy(l => Hash($"order|{options.Seed}|{l.Key}")).Take(options.Sample ?? int.MaxValue);
        return [.. ordered.Select(l => (l.Row, l.Key, Hash($"share|{options.Seed}|{l.Key}") / (double)ulong.MaxValue < options.Overlap))];
    }

    private static ulong Hash(string text) => BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private SqliteConnection Connection()
    {
        if (_open is null)
        {
            _open = Sqlite.Open(FilePath);
            _open.Run(Tables);
        }

        return _open;
    }


    private static List<(string Key, HumanJudgement Judgement)> Read(SqliteConnection connection)
    {
        var spans = connection.Rows(
            "SELECT judgement, side, start, length, note, seconds FROM spans",
            r => (Id: r.GetInt64(0), Span: new MarkedSpan(r.GetString(1), r.GetInt32(2), r.GetInt32(3), r.GetString(4), r.OptionalNumber(5)))).ToLookup(s => s.Id, s => s.Span);
        return connection.Rows(
            "SELECT id, key, annotator, row, chosen_on_left, verdict, reason, corrected, seconds FROM judgements ORDER BY id",
            r => (r.GetString(1), new HumanJudgement
            {
                Annotator = r.GetString(2),
                Row = r.GetInt32(3),
                ChosenOnLeft = r.GetBoolean(4),
                Verdict = Enum.Parse<Verdict>(r.GetString(5)),
                Reason = r.GetString(6),
                Corrected = r.GetString(7),
                Seconds = r.GetDouble(8),
                Spans = [.. spans[r.GetInt64(0)]],
            }));
    }

    private T Locked<T>(Func<T> work)
    {
        lock (_lock)
        {
            return work();
        }
    }
}

/// <summary>The stores of the data sets, opened once each.</summary>
public sealed class PeopleStores : IDisposable
{
    private readonly Dictionary<string, PeopleStore> _stores = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>The store beside a data set.</summary>
    public PeopleStore Of(DataSetEntry data)
    {
        lock (_lock)
        {
            var path = $"{data.Path}.people.sqlite";
            return _stores.TryGetValue(path, out var known) ? known : _stores[path] = new PeopleStore(path);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var store in _stores.Values)
        {
            store.Dispose();
        }
    }
}
