using System.Text;

namespace Praline.Preferences;

/// <summary>Comma-separated values (RFC 4180): cells may be quoted, quotes inside are doubled, quoted cells may hold commas and line ends.</summary>
internal static class Csv
{
    /// <summary>The rows that are not blank, each with the line it begins on.</summary>
    /// <exception cref="PralineException">The file can't be read, or a quote is not closed.</exception>
    public static IReadOnlyList<(int Line, IReadOnlyList<string> Cells)> Read(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path, Encoding.UTF8).Replace("\r\n", "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PralineException($"Can't read {path}: {e.Message} Check the path.", e);
        }

        var rows = new List<(int, IReadOnlyList<string>)>();
        var (cells, cell) = (new List<string>(), new StringBuilder());
        var (line, begun, quoted) = (1, 1, false);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            line += c == '\n' ? 1 : 0;
            if (quoted)
            {
                if (c != '"')
                {
                    cell.Append(c);
                }
                else if (i + 1 < text.Length && text[i + 1] == '"')
                {
                    cell.Append('"');
                    i++;
                }
                else
                {
                    quoted = false;
                }
            }
            else if (c == '"' && cell.Length == 0)
            {
                quoted = true;
            }
            else if (c == ',')
            {
                EndCell();
            }
            else if (c == '\n')
            {
                EndRow();
            }
            else
            {
                cell.Append(c);
            }
        }

        if (quoted)
        {
            throw new PralineException($"{path}, line {begun}: a quote is opened here and never closed.");
        }

        EndRow();
        return rows;

        void EndCell()
        {
            cells.Add(cell.ToString());
            cell.Clear();
        }

        void EndRow()
        {
            EndCell();
            if (cells.Count > 1 || cells[0].Trim().Length > 0)
            {
                rows.Add((begun, [.. cells]));
            }

            cells.Clear();
            begun = line;
        }
    }
}
