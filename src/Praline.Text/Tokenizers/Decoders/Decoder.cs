namespace Praline.Text.Tokenizers.Decoders;

/// <summary>Turns tokens back into text, step by step; the text is the result's concatenation.</summary>
internal abstract class Decoder
{
    public abstract List<string> Decode(List<string> tokens);
}
