using System.Text;
using System.Text.Json;

namespace Praline.Training.Runs;

/// <summary>
/// A log of one JSON object per line, appended to. A resumed run cuts it back to where its checkpoint was, so that no line is there
/// twice.
/// </summary>
public sealed class JsonLinesLog : IDisposable
{
    private readonly FileStream _file;

    /// <summary>Opens the log and cuts it to a length.</summary>
    /// <exception cref="PralineException">It is shorter than that: something else has written to the folder.</exception>
    public JsonLinesLog(string path, long keep)
    {
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        if (_file.Length < keep)
        {
            var length = _file.Length;
            _file.Dispose();
            throw new PralineException($"{path} has {length} bytes, but the checkpoint was written when it had {keep}. Remove the run folder to begin again.");
        }

        _file.SetLength(keep);
        _file.Seek(0, SeekOrigin.End);
    }

    /// <summary>Bytes written so far.</summary>
    public long Length => _file.Length;

    /// <summary>Appends a line; numbers that JSON has no way to write (NaN, infinities) become null.</summary>
    public void Write(IEnumerable<KeyValuePair<string, object?>> fields)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (name, value) in fields)
            {
                json.WritePropertyName(name);
                switch (value)
                {
                    case double number when double.IsFinite(number):
                        json.WriteNumberValue(number);
                        break;
                    case int number:
                        json.WriteNumberValue(number);
                        break;
                    case long number:
                        json.WriteNumberValue(number);
                        break;
                    case string text:
                        json.WriteStringValue(text);
                        break;
                    default:
                        json.WriteNullValue();
                        break;
                }
            }

            json.WriteEndObject();
        }

        buffer.Write(Encoding.ASCII.GetBytes("\n"));
        buffer.WriteTo(_file);
        _file.Flush();
    }

    /// <summary>Makes sure that everything written is on disk.</summary>
    public void FlushToDisk() => _file.Flush(flushToDisk: true);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
