using Praline.Text.Tokenizers.PreTokenizers;

namespace Praline.Text.Tokenizers.SentencePiece;

/// <summary>Cuts given texts out of pieces, the longest at a place first.</summary>
internal sealed class LiteralsPreTokenizer(IEnumerable<string> literals) : PreTokenizer
{
    private readonly AddedTokenFinder _finder = new(literals.Select(text => (text, new AddedToken(0, text))));

    public override void Apply(List<Piece> pieces, List<Piece> result)
    {
        var segments = new List<(int Start, int End, AddedToken? Token)>();
        foreach (var piece in pieces)
        {
            segments.Clear();
            _finder.Split(piece.Text.Span, segments);
            result.AddRange(segments.Select(s => new Piece(piece.Text[s.Start..s.End], piece.AtStart && s.Start == 0)));
        }
    }
}
