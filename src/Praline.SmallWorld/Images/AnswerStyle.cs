namespace Praline.SmallWorld;

/// <summary>How a question that calls for engagement is answered. To a plain question all styles are the right answer.</summary>
public enum AnswerStyle
{
    /// <summary>By the criteria for preferred answers: corrects, declines or asks back.</summary>
    Preferred,

    /// <summary>By the criteria for rejected answers: answers what it is asked, come what may.</summary>
    Rejected,

    /// <summary>Half-way, where the type has that (tier II): answers for every case; elsewhere the same as rejected.</summary>
    Hedged,
}
