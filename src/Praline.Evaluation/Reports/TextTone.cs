namespace Praline.Evaluation;

/// <summary>How a piece of text or a badge is marked in a report.</summary>
public enum TextTone
{
    /// <summary>Not at all.</summary>
    Plain,

    /// <summary>As right: a fact that holds, a verdict True.</summary>
    Good,

    /// <summary>As wrong: a fact that isn't there, a verdict False.</summary>
    Bad,

    /// <summary>As in between: Ambiguous.</summary>
    Middle,

    /// <summary>As missing: unscored, not answered.</summary>
    Missing,
}
