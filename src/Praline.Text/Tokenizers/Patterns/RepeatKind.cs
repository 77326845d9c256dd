namespace Praline.Text.Tokenizers.Patterns;

/// <summary>How a quantifier gives back what it took: on demand, at once, or never.</summary>
internal enum RepeatKind
{
    Greedy,
    Lazy,
    Possessive,
}
