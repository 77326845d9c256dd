namespace Praline.Evaluation;

/// <summary>The three tiers of MACAROON's questions, by what a good partner does instead of simply answering.</summary>
public enum PieTier
{
    /// <summary>The question can't be answered as it stands: point that out.</summary>
    Invalid,

    /// <summary>The question can be understood in several ways: ask which is meant.</summary>
    Ambiguous,

    /// <summary>The best answer depends on who asks: ask for preferences.</summary>
    Personalizable,
}
