namespace Praline.Text.Tokenizers.Decoders;

/// <summary>
/// A decoder that rewrites each token by itself, knowing its place: replace, strip, word pieces, Metaspace.
/// </summary>
/// <param name="map">Takes a token, its index and the number of tokens; gives what it becomes.</param>
internal sealed class MappingDecoder(Func<string, int, int, string> map) : Decoder
{
    public override List<string> Decode(List<string> tokens) =>
        [.. tokens.Select((token, index) => map(token, index, tokens.Count))];
}
