namespace Praline.Text.Tokenizers.PreTokenizers;

internal sealed class SequencePreTokenizer(IReadOnlyList<PreTokenizer> steps) : PreTokenizer
{
    public override void Apply(List<Piece> pieces, List<Piece> result)
    {
        var current = pieces;
        foreach (var step in steps)
        {
            var next = new List<Piece>(current.Count);
            step.Apply(current, next);
            current = next;
        }

        result.AddRange(current);
    }
}
