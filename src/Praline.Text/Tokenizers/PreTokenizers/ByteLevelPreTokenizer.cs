namespace Praline.Text.Tokenizers.PreTokenizers;

/// <summary>
/// GPT-2's pre-tokenizer: splits into words with their leading space, and writes each byte as a printable character.
/// </summary>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool useRegex) : PreTokenizer
{
    private static readonly SplitPreTokenizer Words = new(
        SplitPattern.Regex(
            @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
            "GPT-2's pattern"),
        SplitBehavior.Isolated);

    public override void Apply(List<Piece> pieces, List<Piece> result)
    {
        if (addPrefixSpace)
        {
            pieces = [.. pieces.Select(p => p.Text.Span[0] == ' ' ? p : p with { Text = $" {p.Text}".AsMemory() })];
        }

        if (useRegex)
        {
            var words = new List<Piece>();
            Words.Apply(pieces, words);
            pieces = words;
        }

        // All pieces are written into one buffer, so that a text costs one allocation and not one for each word.
        var length = pieces.Sum(p => p.Text.Length);
        var buffer = new char[length * 3];
        var used = 0;
        foreach (var piece in pieces)
        {
            var count = ByteLevelAlphabet.Write(piece.Text.Span, buffer.AsSpan(used));
            result.Add(piece with { Text = buffer.AsMemory(used, count) });
            used += count;
        }
    }
}
