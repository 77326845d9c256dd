namespace Praline.Preferences;

/// <summary>What a data check looks at beyond the rows themselves.</summary>
public sealed record DataCheckOptions
{
    /// <summary>The folder that media paths start from; null to not look for files.</summary>
    public string? MediaFolder { get; init; }

    /// <summary>
    /// Tells a sample's length in tokens: visual tokens of the prompt, and the whole sequence with the longer answer. Null to not
    /// count.
    /// </summary>
    public Func<PreferenceSample, (int Visual, int Total)>? Tokens { get; init; }

    /// <summary>The longest sequence that training takes, in tokens (<c>--max-length</c>).</summary>
    public int MaxLength { get; init; } = 2560;

    /// <summary>Answers this alike are worth a warning (see <see cref="RankOptions.NearDuplicate"/>).</summary>
    public double NearDuplicate { get; init; } = 0.95;
}
