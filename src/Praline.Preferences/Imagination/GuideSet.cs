using System.Text;
using System.Text.RegularExpressions;

namespace Praline.Preferences;

/// <summary>
/// All texts of self-imagination: the guides to the types of question, and what the model is asked around them. Plain text files inside the library; a
/// folder (<c>--guides DIR</c>) with files of the same names replaces those it holds, and any other <c>.txt</c> file in it adds a type of question.
/// </summary>
public sealed partial class GuideSet
{
    private const string Resources = "Praline.Preferences.Imagination.";

    private static readonly IReadOnlyDictionary<string, string[]> FieldsOf = new Dictionary<string, string[]>
    {
        ["respond"] = ["criteria", "description", "question"],
        ["write-question"] = ["description", "examples"],
        ["feedback"] = ["criteria"],
        ["check"] = ["criteria", "question", "response"],
    };

    private static readonly string[] GuideNames =
    [
        "false-premise", "unanswerable-questions", "subject-ambiguity", "subjective-interpretations", "unclear-user-background", "hidden-human-preferences",
    ];

    private readonly Dictionary<string, string> _prompts;

    private GuideSet(IReadOnlyList<EngagementGuide> guides, Dictionary<string, string> prompts) => (Guides, _prompts) = (guides, prompts);

    /// <summary>The texts inside the library: the paper's six types.</summary>
    public static GuideSet Default { get; } = new(
        [.. GuideNames.Select(n => EngagementGuide.Parse($"{n}.txt", Embedded($"Guides.{n}")))], FieldsOf.Keys.ToDictionary(n => n, n => Embedded($"Prompts.{n}")));

    /// <summary>The types of question, the paper's first.</summary>
    public IReadOnlyList<EngagementGuide> Guides { get; }

    /// <summary>The guide to a type; case, spaces, hyphens, underscores, plural s and the word "questions" make no difference.</summary>
    /// <returns>The guide, or null if there is none of this name.</returns>
    public EngagementGuide? Find(string type) => Guides.FirstOrDefault(g => Key(g.Name) == Key(type));

    /// <summary>The defaults, with what the folder holds in their place or added.</summary>
    /// <exception cref="PralineException">The folder is missing, a guide is not one, two have one name, or a prompt has an unknown field.</exception>
    public static GuideSet Load(string? folder)
    {
        if (folder is null)
        {
            return Default;
        }

        if (!Directory.Exists(folder))
        {
            throw new PralineException($"There is no folder {folder}. --guides wants a folder with files such as false-premise.txt.");
        }

        var prompts = new Dictionary<string, string>(Default._prompts);
        var guides = GuideNames.Zip(Default.Guides, KeyValuePair.Create).ToList();
        foreach (var file in Directory.GetFiles(folder, "*.txt").Order(StringComparer.Ordinal))
        {
            var (name, text) = (Path.GetFileNameWithoutExtension(file), File.ReadAllText(file, Encoding.UTF8).TrimEnd());
            if (FieldsOf.TryGetValue(name, out var known))
            {
                CheckFields(file, text, known);
                prompts[name] = text;
                continue;
            }

            var guide = KeyValuePair.Create(name, EngagementGuide.Parse(file, text));
            var place = guides.FindIndex(g => g.Key == name);
            if (guides.Where((_, i) => i != place).FirstOrDefault(g => Key(g.Value.Name) == Key(guide.Value.Name)) is { Key: { } other })
            {
                throw new PralineException($"{file}: the type '{guide.Value.Name}' is that of {other}.txt too. Give it a name of its own.");
            }

            if (place < 0)
            {
                guides.Add(guide);
            }
            else
            {
                guides[place] = guide;
            }
        }

        return new([.. guides.Select(g => g.Value)], prompts);
    }

    /// <summary>Asks for a response that follows a side's criteria.</summary>
    public string Respond(EngagementGuide guide, ImaginedSide side, string question) =>
        Fill("respond", ("criteria", guide.Criteria(side)), ("description", guide.Description), ("question", question.Trim()));

    /// <summary>Asks for a question of a type about an image.</summary>
    public string WriteQuestion(EngagementGuide guide) => Fill("write-question", ("description", guide.Description), ("examples", string.Join('\n', guide.Examples)));

    /// <summary>What a user says to a rejected response, in conversations of several turns.</summary>
    public string Feedback(EngagementGuide guide) => Fill("feedback", ("criteria", guide.Preferred));

    /// <summary>Asks a judge whether a response follows criteria.</summary>
    public string Check(string criteria, string question, string response) =>
        Fill("check", ("criteria", criteria), ("question", question.Trim()), ("response", response.Trim()));

    /// <summary>Adds all texts to what a stage's result depends on.</summary>
    public StageFingerprint AddTo(StageFingerprint fingerprint)
    {
        foreach (var (name, text) in _prompts)
        {
            fingerprint.AddText($"prompt {name}", text);
        }

        foreach (var g in Guides)
        {
            fingerprint.AddText($"guide {g.Name}", string.Join('\n', [g.Tier, g.Description, g.Preferred, g.Rejected, .. g.Examples]));
        }

        return fingerprint;
    }

    // One pass: a question that holds braces is taken as it is.
    private string Fill(string name, params (string Field, string Value)[] values) => Field().Replace(
        _prompts[name], m => values.Where(v => v.Field == m.Groups[1].Value).Select(v => v.Value).FirstOrDefault() ?? m.Value);

    private static void CheckFields(string file, string text, string[] known)
    {
        foreach (var field in Field().Matches(text).Select(m => m.Groups[1].Value).Where(f => !known.Contains(f)))
        {
            throw new PralineException($"{file}: unknown field {{{{{field}}}}}. Its fields are {string.Join(", ", known.Select(k => "{{" + k + "}}"))}.");
        }
    }

    private static string Embedded(string name)
    {
        using var stream = typeof(GuideSet).Assembly.GetManifestResourceStream($"{Resources}{name}.txt")
            ?? throw new InvalidOperationException($"{name}.txt is not embedded.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().TrimEnd();
    }

    private static string Key(string name) => string.Concat(name.ToLowerInvariant().Split([' ', '-', '_'], StringSplitOptions.RemoveEmptyEntries)
        .Where(w => w is not ("question" or "questions")).Select(w => w.TrimEnd('s')));

    [GeneratedRegex(@"\{\{([a-z]+)\}\}")]
    private static partial Regex Field();
}
