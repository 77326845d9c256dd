namespace Praline.SmallWorld;

/// <summary>What a caption says.</summary>
/// <param name="Facts">The facts, each once, in the order of their first mention.</param>
/// <param name="Unparsed">The runs of words that were not understood.</param>
public sealed record ParsedCaption(IReadOnlyList<Fact> Facts, IReadOnlyList<string> Unparsed);
