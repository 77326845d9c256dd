using Praline.Json;
namespace Praline.Preferences;

/// <summary>
/// Self-imagination (MACAROON, Wu et al. 2024, arXiv 2406.14137): the model itself writes a response that follows the criteria for preferred responses
/// and one that follows those for rejected ones. Responses that can't be learnt from are asked for again, then the question is listed as
/// rejected. Can be stopped at any moment and run again.
/// </summary>
/// <param name="model">The model that imagines.</param>
public sealed class ImagineStage(IImageAnswerer model)
{
    /// <summary>The stage's name.</summary>
    public const string Name = "imagine";

    /// <summary>Guides and prompts.</summary>
    public GuideSet Guides { get; init; } = GuideSet.Default;

    /// <summary>How responses are drawn.</summary>
    public CaptionSettings Settings { get; init; } = CaptionSettings.Sampled with { MaxNewTokens = 512 };

    /// <summary>Decides every random choice.</summary>
    public ulong Seed { get; init; }

    /// <summary>How many times a side is asked for at most, at least 1.</summary>
    public int Tries { get; init; } = 3;

    /// <summary>Has the preferred response follow the criteria and the rejected one not; null takes the model's word.</summary>
    public ICriteriaCheck? Check { get; init; }

    /// <summary>Imagines both sides of every question.</summary>
    /// <param name="images">The images' folder.</param>
    /// <param name="questionsPath">The questions; lines as <see cref="QuestionRow"/>, all with a question.</param>
    /// <param name="outputPath">Where pairs go; lines as <see cref="ImaginedRow"/>.</param>
    /// <param name="run">How to run.</param>
    /// <param name="cancellation">Stops the stage.</param>
    /// <exception cref="PralineException">A setting or the questions are wrong, or the output belongs to other settings.</exception>
    public Task<StageSummary> RunAsync(
        string images, string questionsPath, string outputPath, StageRunOptions run, CancellationToken cancellation = default)
    {
        Settings.Validate();
        if (Tries < 1)
        {
            throw new PralineException($"tries: expected at least 1, found {Tries}.");
        }

        var rows = QuestionRow.ReadFile(questionsPath, Guides);
        if (rows.FirstOrDefault(r => r.Question is null) is { } bare)
        {
            throw new PralineException($"{questionsPath}: {bare.Image} has no question yet. Have the questions written first.");
        }

        var ids = QuestionRow.Ids(rows);
        var settings = Guides.AddTo(new StageFingerprint().Add("model", model.Fingerprint).Add("seed", Seed).Add("tries", Tries).Add("check", Check?.Name));
        settings.Add("sample", Settings.Sample);
        Settings.AddTo(settings);
        var plan = new StagePlan
        {
            Stage = Name,
            OutputPath = outputPath,
            Items = [.. rows.Select((row, i) => StageItem.Of(ids[i], JsonText.Line(row), Path.Combine(images, row.Image)))],
            Settings = settings,
            Inputs = new StageFingerprint().AddFile("the questions", questionsPath),
        };
        return StageRunner.RunAsync(plan, (i, token) => Imagine(Path.Combine(images, rows[i].Image), rows[i], ids[i], token), run, cancellation);
    }

    private async Task<StageResult> Imagine(string path, QuestionRow row, string id, CancellationToken cancellation)
    {
        if (!File.Exists(path))
        {
            return StageResult.Reject($"There is no image {path}.");
        }

        var guide = Guides.Find(row.Type!)!;
        var texts = new string?[2];
        var problems = new string?[2];
        var verdictMissing = false;
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var wanted = Sides.Where(side => texts[(int)side] is null).ToArray();
            var answers = await Task.WhenAll(wanted.Select(side => model.AnswerAsync(
                new ImagePrompt(path, Guides.Respond(guide, side, row.Question!), Seeds.Derive(Seed, $"imagine/{side.ToString().ToLowerInvariant()}", id, attempt)),
                Settings, cancellation))).ConfigureAwait(false);
            verdictMissing = false;
            foreach (var (side, answer) in wanted.Zip(answers))
            {
                var problem = ResponseProblem.Of(answer, guide.Criteria(side), row.Question!);
                if (problem is null && Check is not null)
                {
                    var follows = await Check.FollowsAsync(path, guide, row.Question!, answer.Text, cancellation).ConfigureAwait(false);
                    verdictMissing |= follows is null;
                    problem = follows is null ? "the check gave no verdict"
                        : follows == (side == ImaginedSide.Preferred) ? null
                        : side == ImaginedSide.Preferred ? "the check found that it doesn't follow the criteria"
                        : "the check found that it follows the criteria for preferred responses";
                }

                (texts[(int)side], problems[(int)side]) = (problem is null ? answer.Text : null, problem);
            }

            if (texts is [{ } preferred, { } rejected])
            {
                if (!ResponseProblem.AreEqual(preferred, rejected))
                {
                    return StageResult.Of(new ImaginedRow(id, row.Image, row.Question!, guide.Name, preferred, rejected, attempt + 1, Check?.Name));
                }

                (texts[0], texts[1]) = (null, null);
                (problems[0], problems[1]) = ("it equals the rejected response", null);
            }
        }

        var why = string.Join("; ", Sides.Where(side => problems[(int)side] is not null)
            .Select(side => $"the {side.ToString().ToLowerInvariant()} response: {problems[(int)side]}"));
        return StageResult.Reject($"No pair after {Tries} tries: {why}.") with { Missing = verdictMissing ? "the check's verdict" : null };
    }

    private static IReadOnlyList<ImaginedSide> Sides { get; } = [ImaginedSide.Preferred, ImaginedSide.Rejected];
}
