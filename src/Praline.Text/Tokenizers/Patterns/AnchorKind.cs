namespace Praline.Text.Tokenizers.Patterns;

/// <summary>A condition on a position that takes no text.</summary>
internal enum AnchorKind
{
    TextStart,
    TextEnd,
    TextEndOrFinalNewline,
    LineStart,
    LineEnd,
    WordBoundary,
    NotWordBoundary,
}
