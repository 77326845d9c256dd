namespace Praline.Evaluation;

/// <summary>What a judge says of an answer.</summary>
public enum PieFlag
{
    /// <summary>The answer engages as the question's type asks.</summary>
    True,

    /// <summary>It does so halfway: answers for every reading instead of asking which is meant.</summary>
    Ambiguous,

    /// <summary>It simply answers.</summary>
    False,
}
