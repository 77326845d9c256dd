using System.Text;
using System.Text.RegularExpressions;

namespace Praline.Preferences;

/// <summary>
/// The texts put to the captioner and to judges. Each is a plain text file with <c>{{fields}}</c>; the defaults are inside the library, and a folder
/// (<c>--prompts DIR</c>) with files of the same names replaces those it holds.
/// </summary>
public sealed partial class PromptSet
{
    private static readonly IReadOnlyDictionary<string, string[]> FieldsOf = new Dictionary<string, string[]>
    {
        ["question"] = [],
        ["clip"] = ["question"],
        ["retrospective-clip"] = ["draft", "question"],
        ["retrospective-video"] = ["draft", "question"],
        ["judge-system"] = [],
        ["judge-hallucination"] = ["caption", "clips", "question"],
        ["judge-harmony"] = ["caption", "question"],
        ["judge-consistency"] = ["captions", "count", "fields", "question"],
        ["judge-again"] = ["problem"],
    };

    private readonly Dictionary<string, string> _texts;

    private PromptSet(Dictionary<string, string> texts) => _texts = texts;

    /// <summary>The prompts inside the library.</summary>
    public static PromptSet Default { get; } = new(FieldsOf.Keys.ToDictionary(name => name, ReadEmbedded));

    /// <summary>The names of all prompts; a file is <c>NAME.txt</c>.</summary>
    public static IReadOnlyCollection<string> Names => [.. FieldsOf.Keys];

    /// <summary>What is asked about a whole video: SynPO's own question.</summary>
    public string Question => _texts["question"];

    /// <summary>The text of a prompt with its fields unfilled.</summary>
    public string this[string name] => _texts[name];

    /// <summary>The defaults, with what the folder holds in their place.</summary>
    /// <exception cref="PralineException">The folder is missing, or a file has an unknown name or an unknown field.</exception>
    public static PromptSet Load(string? folder)
    {
        if (folder is null)
        {
            return Default;
        }

        if (!Directory.Exists(folder))
        {
            throw new PralineException($"There is no folder {folder}. --prompts wants a folder with files such as clip.txt.");
        }

        var texts = new Dictionary<string, string>(Default._texts);
        foreach (var file in Directory.GetFiles(folder, "*.txt").Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            if (!FieldsOf.TryGetValue(name, out var known))
            {
                throw new PralineException($"{file}: there is no prompt of this name. The names are {string.Join(", ", FieldsOf.Keys.Select(k => k + ".txt"))}.");
            }

            var text = File.ReadAllText(file, Encoding.UTF8).TrimEnd('\r', '\n');
            foreach (var field in Field().Matches(text).Select(m => m.Groups[1].Value).Where(f => !known.Contains(f)))
            {
                var fields = known.Length == 0 ? "It has no fields" : $"Its fields are {string.Join(", ", known.Select(k => "{{" + k + "}}"))}";
                throw new PralineException($"{file}: unknown field {{{{{field}}}}}. {fields}.");
            }

            texts[name] = text;
        }

        return new PromptSet(texts);
    }

    /// <summary>A prompt with its fields filled. What is filled in is taken as it is, even if it holds braces.</summary>
    public string Fill(string name, params ReadOnlySpan<(string Field, string Value)> values)
    {
        var given = new Dictionary<string, string>();
        foreach (var (field, value) in values)
        {
            given[field] = value;
        }

        return Field().Replace(_texts[name], m => given.TryGetValue(m.Groups[1].Value, out var value)
            ? value
            : throw new ArgumentException($"Prompt {name}: no value for {m.Value}.", nameof(values)));
    }

    /// <summary>Adds prompts to what a stage's result depends on.</summary>
    public void AddTo(StageFingerprint fingerprint, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            fingerprint.AddText($"prompt {name}", _texts[name]);
        }
    }

    private static string ReadEmbedded(string name)
    {
        using var stream = typeof(PromptSet).Assembly.GetManifestResourceStream($"Praline.Preferences.Prompts.{name}.txt")
            ?? throw new InvalidOperationException($"Prompt {name} is not embedded.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().TrimEnd('\r', '\n');
    }

    [GeneratedRegex(@"\{\{([a-z]+)\}\}")]
    private static partial Regex Field();
}
