namespace Praline.Preferences;

/// <summary>One thing that a caption says.</summary>
/// <param name="Key">The claim in a normal form: captions that say the same give the same key.</param>
/// <param name="Weight">How much it counts, above 0.</param>
public readonly record struct Claim(string Key, double Weight = 1);
