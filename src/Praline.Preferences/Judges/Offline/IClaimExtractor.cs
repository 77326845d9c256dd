namespace Praline.Preferences;

/// <summary>Finds what a caption says, for the offline judge.</summary>
public interface IClaimExtractor
{
    /// <summary>The extractor's name and version: part of the judge's fingerprint.</summary>
    string Name { get; }

    /// <summary>The claims that a caption makes, each key once, in the order they are made.</summary>
    IReadOnlyList<Claim> Claims(string caption);

    /// <summary>The keys that a caption supports when others claim them; at least its own claims' keys.</summary>
    IReadOnlySet<string> Evidence(string caption) => Claims(caption).Select(c => c.Key).ToHashSet(StringComparer.Ordinal);
}
