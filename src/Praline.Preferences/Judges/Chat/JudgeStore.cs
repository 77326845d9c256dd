using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Praline.Preferences;

/// <summary>
/// Every question to a judge and its raw answer, in one SQLite file, found again by the hash of model, messages and parameters. What was
/// answered once is never asked, or paid for, again: not after a kill, not by another process, not when answers are read or weighted anew.
/// </summary>
/// <remarks>
/// Write-ahead log, so several processes can use it at once; an answer survives the process from the moment it is stored. Table
/// <c>unreadable</c>: answers that were delivered, and maybe paid for, and are none of a chat model. Table <c>answers</c>: key, model, request, answer (as they came), finish_reason, prompt_tokens, completion_tokens, seconds, created (UTC). Open it with any SQLite tool.
/// </remarks>
public sealed class JudgeStore : IDisposable
{
    private readonly string _path;
    private readonly SqliteConnection _connection;
    private readonly Lock _lock = new();

    /// <summary>Opens the store, or creates it.</summary>
    /// <exception cref="PralineException">The file can't be opened, or is no store.</exception>
    public JudgeStore(string path)
    {
        _path = path;
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 60, Pooling = false }.ToString());
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            Guard(() =>
            {
                _connection.Open();
                Execute("""
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = NORMAL;
                    CREATE TABLE IF NOT EXISTS answers (
                        key TEXT PRIMARY KEY, model TEXT NOT NULL, request TEXT NOT NULL, answer TEXT NOT NULL, finish_reason TEXT NOT NULL,
                        prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL, seconds REAL NOT NULL, created TEXT NOT NULL
                    ) WITHOUT ROWID;
                    CREATE TABLE IF NOT EXISTS unreadable (key TEXT NOT NULL, model TEXT NOT NULL, request TEXT NOT NULL, answer TEXT NOT NULL, created TEXT NOT NULL);
                    """);
                RequireColumns();
                return 0;
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.CannotWrite(path, e);
        }
    }

    /// <summary>How many answers are stored.</summary>
    public long Count => Guard(() => (long)Scalar("SELECT count(*) FROM answers"));

    /// <summary>How many answers were delivered that can't be read.</summary>
    public long Unreadable => Guard(() => (long)Scalar("SELECT count(*) FROM unreadable"));

    /// <summary>Tokens of all questions and of all answers: what was paid for.</summary>
    public (long Prompt, long Completion) Tokens => Guard(() =>
        ((long)Scalar("SELECT coalesce(sum(prompt_tokens), 0) FROM answers"), (long)Scalar("SELECT coalesce(sum(completion_tokens), 0) FROM answers")));

    /// <summary>The answer stored under a key, or null.</summary>
    public ChatAnswer? Find(string key) => Guard(() =>
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT answer, seconds FROM answers WHERE key = $key";
        command.Parameters.AddWithValue("$key", key);
        using var row = command.ExecuteReader();
        return row.Read() ? ChatReply.Read(200, row.GetString(0), _ => null).Answer is { } answer ? answer with { Seconds = row.GetDouble(1) } : null : null;
    });

    /// <summary>Stores an answer. When another process was faster, its answer stays.</summary>
    public void Add(string key, string model, string request, ChatAnswer answer) => Guard(() =>
    {
        using var command = _connection.CreateCommand();
        command.CommandText = answer.FinishReason == ChatAnswer.Unreadable ? "INSERT INTO unreadable VALUES ($key, $model, $request, $answer, $created)" : """
            INSERT OR IGNORE INTO answers VALUES ($key, $model, $request, $answer, $finish, $prompt, $completion, $seconds, $created)
            """;
        command.Parameters.AddWithValue("$key", key);
        command.Parameters.AddWithValue("$model", model);
        command.Parameters.AddWithValue("$request", request);
        command.Parameters.AddWithValue("$answer", answer.Raw);
        command.Parameters.AddWithValue("$finish", answer.FinishReason);
        command.Parameters.AddWithValue("$prompt", answer.PromptTokens);
        command.Parameters.AddWithValue("$completion", answer.CompletionTokens);
        command.Parameters.AddWithValue("$seconds", answer.Seconds);
        command.Parameters.AddWithValue("$created", DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        return command.ExecuteNonQuery();
    });

    /// <summary>Closes the file.</summary>
    public void Dispose() => _connection.Dispose();

    private void RequireColumns()
    {
        string[] expected = ["key", "model", "request", "answer", "finish_reason", "prompt_tokens", "completion_tokens", "seconds", "created"];
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT name FROM pragma_table_info('answers')";
        using var row = command.ExecuteReader();
        var found = new List<string>();
        while (row.Read())
        {
            found.Add(row.GetString(0));
        }

        if (!found.SequenceEqual(expected))
        {
            throw new StopStageException(
                $"{_path} is a SQLite file of another layout: its table answers has the columns {string.Join(", ", found)}, expected {string.Join(", ", expected)}. "
                + "It is of another version or another program: move it away (its answers will be asked for again), or give another output folder.");
        }
    }

    private void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private object Scalar(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()!;
    }

    // One connection, one user at a time: an operation takes microseconds, an answer takes seconds.
    private T Guard<T>(Func<T> action)
    {
        lock (_lock)
        {
            try
            {
                return action();
            }
            catch (SqliteException e)
            {
                const int locked = 5, logic = 1, readOnly = 8, ioError = 10, full = 13, notADatabase = 26, corrupt = 11;
                var remedy = e.SqliteErrorCode switch
                {
                    // Of files that it maps, SQLite tells a full disk as an I/O error.
                    ioError => "The disk is full, or damaged: free some space, then start the same command again; answers that came are kept.",
                    readOnly => "The folder or the file is read-only: mend that, then start the same command again; answers that came are kept.",
                    full => "The disk is full: free some space, then start the same command again; answers that came are kept.",
                    locked => "Another process has held it for a minute: wait for that, then start the same command again; answers that came are kept.",
                    logic => "The file has another layout: move it away (its answers will be asked for again), or give another output folder.",
                    notADatabase or corrupt => "The file is damaged or is no store: move it away (its answers will be asked for again), or restore it.",
                    _ => "Check the folder and its permissions, then start the same command again; answers that came are kept.",
                };
                throw new StopStageException($"Can't use the store of judgements {_path}: {e.Message} {remedy}", e);
            }
        }
    }
}
