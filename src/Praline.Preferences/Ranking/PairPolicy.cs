namespace Praline.Preferences;

/// <summary>Which pairs are made of a video's scored candidates.</summary>
public enum PairPolicy
{
    /// <summary>One pair: the best against the worst, as in the paper.</summary>
    BestWorst,

    /// <summary>All pairs with at least the wanted gap.</summary>
    AllPairs,

    /// <summary>Each of the k best against each of the k worst.</summary>
    TopBottom,
}
