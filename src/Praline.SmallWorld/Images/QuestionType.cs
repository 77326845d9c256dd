namespace Praline.SmallWorld;

/// <summary>The six types of MACAROON (three tiers of two or three), and questions that can plainly be answered.</summary>
public enum QuestionType
{
    /// <summary>Takes something for granted that isn't so (tier I, invalid).</summary>
    FalsePremise,

    /// <summary>Can't be answered from an image (tier I, invalid).</summary>
    Unanswerable,

    /// <summary>Several objects may be meant (tier II, ambiguous).</summary>
    SubjectAmbiguity,

    /// <summary>Asks for a judgement of taste (tier II, ambiguous).</summary>
    SubjectiveInterpretation,

    /// <summary>The answer depends on facts about the user (tier II, ambiguous).</summary>
    UnclearUserBackground,

    /// <summary>The best answer depends on what the user likes (tier III, personalizable).</summary>
    HiddenPreferences,

    /// <summary>None of these: the image has the answer.</summary>
    Plain,
}
