namespace Praline.Preferences;

/// <summary>How several judges' scores become one.</summary>
public enum JudgePanelMode
{
    /// <summary>The mean of the scores there are.</summary>
    Average,

    /// <summary>The score that most judges give; of several such the one nearest to the mean, then the lower.</summary>
    Vote,
}
