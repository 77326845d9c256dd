using Praline.Data.Formats;

namespace Praline.Data;

/// <summary>
/// The marks that stand for media in texts: <c>&lt;image&gt;</c> and <c>&lt;video&gt;</c>. The line break that LLaVA's rows put between a mark and the text
/// belongs to the mark: how a medium is set off from the text is the chat template's business.
/// </summary>
public static class MediaMarks
{
    /// <summary>Stands for an image.</summary>
    public const string Image = "<image>";

    /// <summary>Stands for a video.</summary>
    public const string Video = "<video>";

    /// <summary>A text as texts and marks, in order.</summary>
    internal static IReadOnlyList<Piece> Split(string text) => Joined(Raw(text));

    /// <summary>The same with line breaks as they stand: for a text that is itself a part between others.</summary>
    internal static IReadOnlyList<Piece> Raw(string text)
    {
        var pieces = new List<Piece>();
        var rest = text;
        while (true)
        {
            var (image, video) = (rest.IndexOf(Image, StringComparison.Ordinal), rest.IndexOf(Video, StringComparison.Ordinal));
            if (image < 0 && video < 0)
            {
                break;
            }

            var isVideo = image < 0 || (video >= 0 && video < image);
            var at = isVideo ? video : image;
            pieces.Add(new Piece(rest[..at]));
            pieces.Add(new Piece(null, isVideo));
            rest = rest[(at + Image.Length)..];
        }

        pieces.Add(new Piece(rest));
        return pieces;
    }

    /// <summary>
    /// Texts and marks without empty texts, without the one line break between a mark and a text, and with texts that stand side by side as one.
    /// </summary>
    internal static IReadOnlyList<Piece> Joined(IReadOnlyList<Piece> pieces)
    {
        var joined = new List<Piece>();
        foreach (var piece in pieces)
        {
            if (piece.Text is { } more && joined is [.., { Text: { } before }])
            {
                joined[^1] = new Piece(before + more);
            }
            else if (piece.Text is not "")
            {
                joined.Add(piece);
            }
        }

        for (var i = 0; i < joined.Count; i++)
        {
            if (joined[i].Text is not { } text || joined.Count == 1)
            {
                continue;
            }

            if (i > 0 && text.StartsWith('\n'))
            {
                text = text[1..];
            }

            if (i + 1 < joined.Count && text.EndsWith('\n'))
            {
                text = text[..^1];
            }

            joined[i] = new Piece(text);
        }

        joined.RemoveAll(p => p.Text is "");
        return joined.Count > 0 ? joined : [new Piece("")];
    }
}
