namespace Praline.SmallWorld;

/// <summary>Whether an answer engages as its question calls for.</summary>
public enum EngagementVerdict
{
    /// <summary>It answers as if nothing were amiss.</summary>
    False,

    /// <summary>Half-way: it answers for every case, or with a caveat (tier II only).</summary>
    Ambiguous,

    /// <summary>It does.</summary>
    True,
}
