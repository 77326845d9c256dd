using System.IO.Compression;
using Praline.Data.Rows;

namespace Praline.Data.Containers;

/// <summary>A row as its container gives it, or why the container could not.</summary>
internal readonly record struct RawRow(SampleSource Source, FieldValue.Map? Value, DataProblem? Problem);

/// <summary>
/// JSON Lines, or one JSON array, plain or compressed (<c>.gz</c>, <c>.zst</c>), streamed: no more than one row is in memory. A line that is wrong
/// is a problem of that line; in an array whose items can't be separated, it is a problem of the file from there on.
/// </summary>
internal sealed class JsonContainer : IDisposable
{
    private readonly string _path;
    private readonly long _maxRowBytes;
    private readonly Stream _stream;
    private byte[] _buffer = new byte[1 << 16];
    private int _start, _end, _line = 1, _item;
    private State _state;

    private enum State
    {
        Start,
        Lines,
        FirstItem,
        NextItem,
        Ended,
    }

    private JsonContainer(string path, long maxRowBytes)
    {
        (_path, _maxRowBytes) = (path, maxRowBytes);
        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
            _stream = Path.GetExtension(path).ToLowerInvariant() switch
            {
                ".gz" => new GZipStream(file, CompressionMode.Decompress),
                ".zst" => new ZstdSharp.DecompressionStream(file, leaveOpen: false),
                _ => file,
            };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PralineException($"Can't read {path}: {error.Message} Check the path and its permissions.", error);
        }
    }

    private SampleSource Here => new(_path, _line);

    /// <summary>All rows of a file, one after the other.</summary>
    /// <exception cref="PralineException">The file can't be opened.</exception>
    internal static IEnumerable<RawRow> Rows(string path, long maxRowBytes)
    {
        using var container = new JsonContainer(path, maxRowBytes);
        while (true)
        {
            RawRow? row;
            try
            {
                row = container.Next();
            }
            catch (Exception error) when (error is InvalidDataException or IOException or ZstdSharp.ZstdException)
            {
                row = new RawRow(container.Here, null, new DataProblem(
                    container.Here, "", "a whole file", $"damage ({error.Message.TrimEnd('.')})", "Fetch or make the file again."));
                container._state = State.Ended;
            }

            if (row is null)
            {
                yield break;
            }

            yield return row.Value;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private RawRow? Next()
    {
        if (_state == State.Start)
        {
            Begin();
        }

        return _state switch
        {
            State.Lines => NextLine(),
            State.FirstItem or State.NextItem => NextItem(),
            _ => null,
        };
    }

    private void Begin()
    {
        while (_end - _start < 3 && Fill())
        {
        }

        if (_buffer.AsSpan(_start, _end - _start) is [0xFE, 0xFF, ..] or [0xFF, 0xFE, ..])
        {
            throw new InvalidDataException("the file is UTF-16: save it as UTF-8");
        }

        if (_buffer.AsSpan(_start, _end - _start) is [0xEF, 0xBB, 0xBF, ..])
        {
            _start += 3;
        }

        _state = State.Lines;
        if (SkipSpace() == '[')
        {
            _start++;
            _state = State.FirstItem;
        }
    }

    private RawRow? NextLine()
    {
        while (SkipSpace() >= 0)
        {
            var length = 0;
            while (true)
            {
                var at = _buffer.AsSpan(_start + length, _end - _start - length).IndexOf((byte)'\n');
                if (at >= 0)
                {
                    length += at;
                    break;
                }

                length = _end - _start;
                if (length > _maxRowBytes)
                {
                    return SkipLine();
                }

                if (!Fill())
                {
                    break;
                }
            }

            var row = Parse(_buffer.AsSpan(_start, length), Here);
            _start += length;
            return row;
        }

        return null;
    }

    /// <summary>A line that is longer than may be: its rest is read over.</summary>
    private RawRow SkipLine()
    {
        var source = Here;
        int at;
        while ((at = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n')) < 0)
        {
            _start = _end;
            if (!Fill())
            {
                return TooLong(source);
            }
        }

        _start += at;
        return TooLong(source);
    }

    private RawRow? NextItem()
    {
        var next = SkipSpace();
        if (_state == State.NextItem && next == ',')
        {
            _start++;
            next = SkipSpace();
        }
        else if (_state == State.NextItem && next != ']')
        {
            return Broken("a comma or the end of the array (])", next);
        }

        if (next == ']')
        {
            _start++;
            return SkipSpace() < 0 ? null : Broken("nothing after the array", SkipSpace());
        }

        _state = State.NextItem;
        _item++;
        var source = new SampleSource(_path, null, _item);
        var (length, depth, inText, escaped, lines) = (0, 0, false, false, 0);
        while (true)
        {
            if (_start + length == _end && !Fill())
            {
                return Broken("the end of the array (])", -1);
            }

            if (length > _maxRowBytes)
            {
                _state = State.Ended;
                return TooLong(source);
            }

            var c = _buffer[_start + length];
            if (depth == 0 && !inText && (c is (byte)',' or (byte)']'))
            {
                break; // a bare value, which is no row
            }

            length++;
            lines += c == '\n' ? 1 : 0;
            if (inText)
            {
                (inText, escaped) = (escaped || c != '"', !escaped && c == '\\');
                continue;
            }

            inText = c == '"';
            depth += c is (byte)'{' or (byte)'[' ? 1 : c is (byte)'}' or (byte)']' ? -1 : 0;
            if (depth == 0 && (c is (byte)'}' or (byte)']'))
            {
                break;
            }
        }

        var row = Parse(_buffer.AsSpan(_start, length), source);
        _start += length;
        _line += lines;
        return row;
    }

    private static RawRow Parse(ReadOnlySpan<byte> json, SampleSource source)
    {
        try
        {
            return new RawRow(source, PlainJson.Parse(json, source), null);
        }
        catch (DataException error)
        {
            return new RawRow(source, null, error.Problem);
        }
    }

    private RawRow TooLong(SampleSource source) => new(source, null, new DataProblem(
        source, "", $"a row of at most {_maxRowBytes >> 20} MiB", "a longer one", "Keep media in files of their own, or in Parquet."));

    private RawRow Broken(string expected, int found)
    {
        _state = State.Ended;
        return new RawRow(Here, null, new DataProblem(
            Here, "", expected, found < 0 ? "the end of the file" : $"'{(char)found}'",
            "It begins as a JSON array: correct it, or write one JSON object a line. What follows was not read."));
    }

    /// <summary>Moves to the next byte that is no white space; -1 at the end.</summary>
    private int SkipSpace()
    {
        while (true)
        {
            for (; _start < _end; _start++)
            {
                switch (_buffer[_start])
                {
                    case (byte)'\n':
                        _line++;
                        break;
                    case (byte)' ' or (byte)'\t' or (byte)'\r':
                        break;
                    default:
                        return _buffer[_start];
                }
            }

            if (!Fill())
            {
                return -1;
            }
        }
    }

    /// <summary>Reads more; false at the end.</summary>
    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = _stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        return read > 0;
    }
}
