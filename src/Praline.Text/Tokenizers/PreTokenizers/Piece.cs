namespace Praline.Text.Tokenizers.PreTokenizers;

/// <summary>A stretch of text on its way to the model.</summary>
/// <param name="Text">The text; never empty.</param>
/// <param name="AtStart">True when it begins where the whole input begins (Metaspace's scheme "first" asks).</param>
internal readonly record struct Piece(ReadOnlyMemory<char> Text, bool AtStart);
