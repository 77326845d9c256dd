namespace Praline.Text.Tokenizers.Patterns;

/// <summary>The operations of a compiled pattern.</summary>
internal enum PatternOp
{
    /// <summary>The pattern (or the inner pattern of a look-around) matched.</summary>
    Accept,

    /// <summary>Takes one code point of the set.</summary>
    Set,

    /// <summary>
    /// Takes between Minimum and Maximum code points of the set, as many as it can, gives back one at a time.
    /// </summary>
    GreedySet,

    /// <summary>The same, but gives nothing back.</summary>
    PossessiveSet,

    /// <summary>Tries First, then Second.</summary>
    Split,

    /// <summary>Goes on at First.</summary>
    Jump,

    /// <summary>Forgets where the loop of slot First began its body: it is entered afresh.</summary>
    EnterLoop,

    /// <summary>Fails when a loop's body took nothing since the last time around; slot First.</summary>
    GuardLoop,

    /// <summary>
    /// Runs the inner pattern at First; on success (or failure when Negative) goes on at Second, at the same place.
    /// </summary>
    Look,

    /// <summary>The same for text that ends here; Minimum is its length in code points.</summary>
    LookBehind,

    /// <summary>
    /// Runs the inner pattern at First and goes on at Second behind what it took; gives nothing back.
    /// </summary>
    Atomic,

    /// <summary>Checks the anchor numbered First.</summary>
    Anchor,
}
