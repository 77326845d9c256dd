using Praline.Text.Tokenizers.Loading;

namespace Praline.Text.Tokenizers.PreTokenizers;

/// <summary>
/// SentencePiece's spaces: each becomes U+2581, one is put in front as the scheme says, and words begin with it.
/// </summary>
internal sealed class MetaspacePreTokenizer(MetaspaceSettings settings) : PreTokenizer
{
    private readonly SplitPreTokenizer _split = new(SplitPattern.Literal(settings.Replacement), SplitBehavior.MergedWithNext);

    public override void Apply(List<Piece> pieces, List<Piece> result)
    {
        var marked = new List<Piece>(pieces.Count);
        foreach (var piece in pieces)
        {
            var text = piece.Text.ToString().Replace(" ", settings.Replacement, StringComparison.Ordinal);
            var prepends = settings.PrependScheme == "always" || (settings.PrependScheme == "first" && piece.AtStart);
            marked.Add(piece with
            {
                Text = (prepends && !text.StartsWith(settings.Replacement, StringComparison.Ordinal) ? settings.Replacement + text : text)
                    .AsMemory(),
            });
        }

        if (settings.Split)
        {
            _split.Apply(marked, result);
        }
        else
        {
            result.AddRange(marked);
        }
    }
}
