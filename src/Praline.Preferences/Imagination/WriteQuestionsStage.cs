using Praline.Json;
using System.Text.RegularExpressions;

namespace Praline.Preferences;

/// <summary>
/// For images without questions: has a model (the one that is trained, or a judge) write questions of each type, from the type's description and
/// examples. What is no question, or was asked before, is asked for again, then listed as rejected. Can be stopped at any moment and run again.
/// </summary>
/// <param name="model">The model that writes.</param>
public sealed partial class WriteQuestionsStage(IImageAnswerer model)
{
    /// <summary>The stage's name.</summary>
    public const string Name = "write-questions";

    private const int FewestWords = 3;

    /// <summary>Guides and prompts.</summary>
    public GuideSet Guides { get; init; } = GuideSet.Default;

    /// <summary>How questions are drawn.</summary>
    public CaptionSettings Settings { get; init; } = CaptionSettings.Sampled with { MaxNewTokens = 96 };

    /// <summary>Decides every random choice.</summary>
    public ulong Seed { get; init; }

    /// <summary>Questions of each type for an image, at least 1.</summary>
    public int PerType { get; init; } = 1;

    /// <summary>How many times a question is asked for at most, at least 1.</summary>
    public int Tries { get; init; } = 3;

    /// <summary>Writes questions.</summary>
    /// <param name="images">The images' folder.</param>
    /// <param name="rows">Images, and perhaps questions that are there already: those are kept as they are.</param>
    /// <param name="outputPath">Where questions go; lines as <see cref="QuestionRow"/>.</param>
    /// <param name="run">How to run.</param>
    /// <param name="cancellation">Stops the stage.</param>
    /// <exception cref="PralineException">A setting is wrong, or the output belongs to other settings.</exception>
    public Task<StageSummary> RunAsync(
        string images, IReadOnlyList<QuestionRow> rows, string outputPath, StageRunOptions run, CancellationToken cancellation = default)
    {
        Settings.Validate();
        if (Tries < 1 || PerType < 1)
        {
            throw new PralineException($"tries and questions of each type: expected at least 1, found {Tries} and {PerType}.");
        }

        var ids = QuestionRow.Ids(rows);
        var settings = Guides.AddTo(
            new StageFingerprint().Add("model", model.Fingerprint).Add("seed", Seed).Add("tries", Tries).Add("questions of each type", PerType));
        settings.Add("sample", Settings.Sample);
        Settings.AddTo(settings);
        var plan = new StagePlan
        {
            Stage = Name,
            OutputPath = outputPath,
            Items = [.. rows.Select((row, i) => StageItem.Of(ids[i], JsonText.Line(row), Path.Combine(images, row.Image)))],
            Settings = settings,
            Inputs = new StageFingerprint(),
        };
        return StageRunner.RunAsync(
            plan,
            (i, token) => rows[i].Question is null ? Write(Path.Combine(images, rows[i].Image), rows[i].Image, ids[i], token) : Task.FromResult(StageResult.Of(rows[i])),
            run,
            cancellation);
    }

    /// <summary>The question in what a model wrote: its first line, without a label, a number or quotation marks; null when that is no question.</summary>
    internal static string? QuestionIn(string text)
    {
        var line = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault("");
        line = Label().Replace(line, "").Trim().Trim('"', '“', '”', '*').Trim();
        var end = line.IndexOf('?');
        line = end < 0 ? "" : line[..(end + 1)];
        return line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length >= FewestWords ? line : null;
    }

    private async Task<StageResult> Write(string path, string image, string id, CancellationToken cancellation)
    {
        if (!File.Exists(path))
        {
            return StageResult.Reject($"There is no image {path}.");
        }

        var perGuide = await Task.WhenAll(Guides.Guides.Select(guide => WriteOfType(path, id, guide, cancellation))).ConfigureAwait(false);
        QuestionRow[] rows = [.. Guides.Guides.Zip(perGuide).SelectMany(p => p.Second.Select(question => new QuestionRow(image, question, p.First.Name)))];
        var missing = Guides.Guides.Zip(perGuide).Where(p => p.Second.Count < PerType).Select(p => p.First.Name).ToArray();
        return rows.Length == 0
            ? StageResult.Reject($"No question of any type after {Tries} tries.")
            : StageResult.Of(rows) with { Missing = missing.Length == 0 ? null : $"questions of the types {string.Join(", ", missing)} after {Tries} tries" };
    }

    private async Task<List<string>> WriteOfType(string path, string id, EngagementGuide guide, CancellationToken cancellation)
    {
        var questions = new List<string>();
        for (var attempt = 0; attempt < Tries * PerType && questions.Count < PerType; attempt++)
        {
            var answer = await model.AnswerAsync(
                new ImagePrompt(path, Guides.WriteQuestion(guide), Seeds.Derive(Seed, $"write-questions/{guide.Name}", id, attempt)), Settings, cancellation).ConfigureAwait(false);
            if (QuestionIn(answer.Text) is { } question && !questions.Concat(guide.Examples).Any(q => ResponseProblem.AreEqual(q, question)))
            {
                questions.Add(question);
            }
        }

        return questions;
    }

    [GeneratedRegex(@"^(?:[-*•]\s*|\(?\d+[.):]\s*|(?:example\s+)?question\s*\d*\s*[:.]\s*)+", RegexOptions.IgnoreCase)]
    private static partial Regex Label();
}
