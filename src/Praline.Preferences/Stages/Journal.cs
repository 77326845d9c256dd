using Praline.Json;
using System.Diagnostics;
using System.Text;

namespace Praline.Preferences;

/// <summary>
/// The finished items of a stage that has not come to its end: a file that only grows, beside the output. Each line carries a checksum; what follows the
/// last good line (a process killed while writing, a disk that filled up) is cut off when the journal is opened again. Lines reach
/// the system at once, so that a killed process loses none, and the disk within a second, so that a power cut loses little.
/// </summary>
internal sealed class Journal : IDisposable
{
    private static readonly TimeSpan SyncEvery = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly FileStream _file;
    private readonly Lock _lock = new();
    private long _lastSync = Stopwatch.GetTimestamp();

    private Journal(string path, FileStream file)
    {
        _path = path;
        _file = file;
    }

    /// <summary>Where the journal of an output file lies.</summary>
    public static string PathFor(string outputPath) => outputPath + ".journal";

    /// <summary>
    /// Opens the journal, or begins it. While it is open no other process can open it.
    /// </summary>
    /// <param name="path">The journal's file.</param>
    /// <param name="header">What a new journal begins with.</param>
    /// <param name="restart">Empty what is there and begin anew.</param>
    /// <param name="found">The header and entries that an earlier start left; null when the journal is new.</param>
    public static Journal Open(
        string path, StageHeader header, bool restart, out (StageHeader Header, List<JournalEntry> Entries)? found)
    {
        FileStream file;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new PralineException(
                $"Can't open {path}: {e.Message} If the same stage is running in another process, wait for it to end.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.CannotWrite(path, e);
        }

        try
        {
            if (restart)
            {
                file.SetLength(0);
            }

            var journal = new Journal(path, file);
            found = journal.ReadBack();
            if (found is null)
            {
                journal.Append(JsonText.Line(header));
            }

            return journal;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Writes the file of a journal with these entries, atomically; to go on from a finished stage.</summary>
    public static void Create(string path, StageHeader header, IEnumerable<JournalEntry> entries) =>
        JsonLines.WriteLines(path, entries.Select(JsonText.Line).Prepend(JsonText.Line(header)).Select(JournalLine.Wrap));

    /// <summary>From here on the journal belongs to a start with other inputs; entries of items that are the same still count.</summary>
    public void ChangeHeader(StageHeader header) => Append(JsonText.Line(header));

    /// <summary>Adds a finished item. Safe from several threads.</summary>
    public void Append(JournalEntry entry) => Append(JsonText.Line(entry));

    public void Dispose() => _file.Dispose();

    private void Append(string entry)
    {
        var bytes = Encoding.UTF8.GetBytes(JournalLine.Wrap(entry) + "\n");
        lock (_lock)
        {
            try
            {
                _file.Write(bytes);
                if (Stopwatch.GetElapsedTime(_lastSync) >= SyncEvery)
                {
                    _file.Flush(flushToDisk: true);
                    _lastSync = Stopwatch.GetTimestamp();
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
            {
                throw AtomicFile.CannotWrite(_path, e);
            }
        }
    }

    private (StageHeader, List<JournalEntry>)? ReadBack()
    {
        var content = new byte[_file.Length];
        _file.ReadExactly(content);
        StageHeader? header = null;
        var entries = new List<JournalEntry>();
        var good = 0;
        while (good < content.Length)
        {
            var end = Array.IndexOf(content, (byte)'\n', good);
            var entry = end < 0 ? null : JournalLine.Unwrap(Encoding.UTF8.GetString(content, good, end - good));
            if (entry is null)
            {
                break;
            }

            var row = JsonLines.Parse($"{_path}, byte {good}", entry);
            if (header is null || row.Has("praline_stage"))
            {
                header = StageHeader.Read(row);
            }
            else
            {
                entries.Add(JournalEntry.Read(row));
            }

            good = end + 1;
        }

        if (good < content.Length)
        {
            _file.SetLength(good);
        }

        _file.Position = good;
        return header is null ? null : (header, entries);
    }
}
