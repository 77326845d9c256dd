namespace Praline.Evaluation;

/// <summary>One of the six question types of MACAROON's PIE benchmark (Wu et al. 2024, arXiv 2406.14137).</summary>
public sealed record PieType
{
    private PieType(string name, string prompt, PieTier tier) => (Name, Prompt, Tier) = (name, prompt, tier);

    /// <summary>The type's name, as PIE files spell it.</summary>
    public string Name { get; }

    /// <summary>The name of its judge prompt; see <see cref="PiePrompts"/>.</summary>
    public string Prompt { get; }

    /// <summary>Its tier.</summary>
    public PieTier Tier { get; }

    /// <summary>Whether a verdict may be Ambiguous: only the ambiguous tier knows answers in between.</summary>
    public bool AllowsAmbiguous => Tier == PieTier.Ambiguous;

    /// <summary>All types, in the paper's order.</summary>
    public static IReadOnlyList<PieType> All { get; } =
    [
        new("False Premise", "false-premise", PieTier.Invalid),
        new("Unanswerable Questions", "unanswerable", PieTier.Invalid),
        new("Subject Ambiguity", "subject-ambiguity", PieTier.Ambiguous),
        new("Subjective Interpretations", "subjective-interpretation", PieTier.Ambiguous),
        new("Unclear User Background", "unclear-user-background", PieTier.Ambiguous),
        new("Hidden Human Preferences", "hidden-human-preferences", PieTier.Personalizable),
    ];

    /// <summary>The type of a name; case, spaces, hyphens, underscores, a plural s and the word "questions" make no difference.</summary>
    /// <returns>The type, or null if there is none of this name.</returns>
    public static PieType? Find(string name) => All.FirstOrDefault(t => Key(t.Name) == Key(name));

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static string Key(string name)
    {
        var words = name.ToLowerInvariant().Split([' ', '-', '_'], StringSplitOptions.RemoveEmptyEntries);
        return string.Concat(words.Where(w => w is not ("question" or "questions")).Select(w => w.TrimEnd('s')));
    }
}
