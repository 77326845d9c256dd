using System.Text;

namespace Praline.SmallWorld;

/// <summary>Files of lines, written whole or not at all.</summary>
internal static class LinesFile
{
    /// <summary>Writes lines of UTF-8, each ended by a line feed.</summary>
    public static void Write(string path, IEnumerable<string> lines) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        foreach (var line in lines)
        {
            writer.WriteLine(line);
        }
    });
}
