using System.Text;
using System.Text.RegularExpressions;
using Praline.Preferences;

namespace Praline.Evaluation;

/// <summary>
/// The texts put to PIE's judge: one per question type, the form they are put in, and what is said when an answer can't be read. Plain text files
/// inside the library; a folder with files of the same names replaces those it holds.
/// </summary>
public sealed partial class PiePrompts
{
    private static readonly string[] Forms = ["case-two-flags", "case-three-flags", "again"];
    private readonly Dictionary<string, string> _texts;

    private PiePrompts(Dictionary<string, string> texts) => _texts = texts;

    /// <summary>The prompts inside the library.</summary>
    public static PiePrompts Default { get; } = new(Names.ToDictionary(n => n, Embedded));

    /// <summary>The names of all prompts; a file is <c>NAME.txt</c>.</summary>
    public static IReadOnlyList<string> Names => [.. PieType.All.Select(t => t.Prompt), .. Forms];

    /// <summary>The defaults, with what the folder holds in their place.</summary>
    /// <exception cref="PralineException">The folder is missing, or a file's name is none of <see cref="Names"/>.</exception>
    public static PiePrompts Load(string? folder)
    {
        if (folder is null)
        {
            return Default;
        }

        if (!Directory.Exists(folder))
        {
            throw new PralineException($"There is no folder {folder}. It should hold judge prompts such as false-premise.txt.");
        }

        var texts = new Dictionary<string, string>(Default._texts);
        foreach (var file in Directory.GetFiles(folder, "*.txt").Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            texts[name] = Names.Contains(name)
                ? File.ReadAllText(file, Encoding.UTF8).TrimEnd()
                : throw new PralineException(
                    $"{file}: there is no judge prompt of this name. The names are {string.Join(", ", Names.Select(n => n + ".txt"))}.");
        }

        return new(texts);
    }

    /// <summary>What the judge is asked about an answer.</summary>
    public string Case(PieQuestion question, string answer) => Fill(
        _texts[question.Type.AllowsAmbiguous ? "case-three-flags" : "case-two-flags"],
        ("instructions", _texts[question.Type.Prompt]), ("question", question.Question.Trim()), ("response", answer.Trim()));

    /// <summary>What the judge is told when its answer could not be read.</summary>
    public string Again(PieVerdict.Unscored verdict) => Fill(_texts["again"], ("problem", verdict.Reason));

    /// <summary>Adds all prompts to what a stage's result depends on.</summary>
    public void AddTo(StageFingerprint fingerprint)
    {
        foreach (var name in Names)
        {
            fingerprint.AddText($"prompt {name}", _texts[name]);
        }
    }

    // One pass: a question or reply that holds braces is taken as it is.
    private static string Fill(string text, params (string Field, string Value)[] values) => Field().Replace(
        text, m => values.Where(v => v.Field == m.Groups[1].Value).Select(v => v.Value).FirstOrDefault() ?? m.Value);

    private static string Embedded(string name)
    {
        using var stream = typeof(PiePrompts).Assembly.GetManifestResourceStream($"Praline.Evaluation.Pie.Prompts.{name}.txt")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().TrimEnd();
    }

    [GeneratedRegex(@"\{\{([a-z]+)\}\}")]
    private static partial Regex Field();
}
