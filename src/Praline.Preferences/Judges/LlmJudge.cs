using System.Globalization;

namespace Praline.Preferences;

/// <summary>
/// A chat model as judge, asked as in SynPO's <c>generate_caption4.py</c>: one question for each candidate's hallucination, one for each candidate's
/// harmony, one for the self-consistency of all: 2·N + 1 for a video. An answer that can't be read is asked for again, with what was wrong; after
/// that the candidate has no score.
/// </summary>
/// <param name="model">Who answers; usually behind a <see cref="StoredChatModel"/>.</param>
/// <param name="prompts">What is asked.</param>
/// <param name="options">How it is asked.</param>
/// <param name="frames">Where frames come from, for judges that look at them.</param>
public sealed class LlmJudge(IChatModel model, PromptSet? prompts = null, LlmJudgeOptions? options = null, IFrameSource? frames = null) : IJudge
{
    private const string OneSchema =
        """{"type":"object","properties":{"reasoning":{"type":"string"},"score":{"type":"integer"}},"required":["reasoning","score"],"additionalProperties":false}""";

    private const string BareSchema =
        """{"type":"object","properties":{"score":{"type":"integer"}},"required":["score"],"additionalProperties":false}""";

    private readonly PromptSet _prompts = prompts ?? PromptSet.Default;
    private readonly LlmJudgeOptions _options = options ?? new LlmJudgeOptions();

    /// <inheritdoc/>
    public string Name => model.Name;

    /// <inheritdoc/>
    public bool KeepsAnswers => model is StoredChatModel;

    /// <inheritdoc/>
    public string Fingerprint
    {
        get
        {
            var parts = new StageFingerprint().Add("model", model.Name).Add("attempts", _options.Attempts).Add("max tokens", _options.MaxTokens)
                .Add("max tokens short", _options.MaxTokensShort).Add("max tokens cut off", _options.MaxTokensCutOff).Add("frames", _options.Frames);
            _prompts.AddTo(parts, "judge-system", "judge-hallucination", "judge-harmony", "judge-consistency", "judge-again");
            return string.Join("; ", parts.Values.Select(v => $"{v.Name} {(v.Value.Length == 64 ? v.Value[..12] : v.Value)}"));
        }
    }

    /// <inheritdoc/>
    public async Task<VideoJudgements> JudgeAsync(JudgeCase video, CancellationToken cancellation)
    {
        var shown = _options.Frames > 0 && frames is not null && video.VideoPath is not null
            ? await frames.FramesAsync(video.VideoPath, video.Range, _options.Frames, cancellation).ConfigureAwait(false)
            : null;
        var hallucination = Task.WhenAll(video.Candidates.Select(c => Hallucination(video, c, shown, cancellation)));
        var harmony = Task.WhenAll(video.Candidates.Select(c => Harmony(video, c, shown, cancellation)));
        var consistency = Consistency(video, cancellation);
        await Task.WhenAll(hallucination, harmony, consistency).ConfigureAwait(false);
        return new VideoJudgements
        {
            Judge = Name,
            Hallucination = await hallucination.ConfigureAwait(false),
            Harmony = await harmony.ConfigureAwait(false),
            Consistency = await consistency.ConfigureAwait(false),
        };
    }

    private Task<Judgement> Hallucination(JudgeCase video, string caption, IReadOnlyList<ChatImage>? shown, CancellationToken cancellation)
    {
        if (video.ClipCaptions.All(CaptionForm.IsEmpty))
        {
            return Task.FromResult<Judgement>(new Judgement.Unscored("There is no clip caption to compare with."));
        }

        var clips = Numbered("Clip", video.ClipCaptions);
        var question = _prompts.Fill("judge-hallucination", ("caption", caption), ("clips", clips), ("question", video.Question));
        return One(caption, question, ScoreRange.Hallucination, _options.MaxTokens, OneSchema, shown, cancellation);
    }

    private Task<Judgement> Harmony(JudgeCase video, string caption, IReadOnlyList<ChatImage>? shown, CancellationToken cancellation)
    {
        var question = _prompts.Fill("judge-harmony", ("caption", caption), ("question", video.Question));
        return One(caption, question, ScoreRange.Harmony, _options.MaxTokensShort, BareSchema, shown, cancellation);
    }

    private async Task<Judgement> One(
        string caption, string question, ScoreRange range, int maxTokens, string schema, IReadOnlyList<ChatImage>? shown, CancellationToken cancellation)
    {
        if (CaptionForm.IsEmpty(caption))
        {
            return new Judgement.Unscored("The caption is empty.");
        }

        var judged = await Ask(question, maxTokens, schema, shown, text => [ScoreAnswer.Read(text, range)], cancellation).ConfigureAwait(false);
        return judged[0];
    }

    private async Task<IReadOnlyList<Judgement>> Consistency(JudgeCase video, CancellationToken cancellation)
    {
        var count = video.Candidates.Count;
        var fields = string.Join(", ", Enumerable.Range(1, count).Select(i => $"\"the score of caption {i}\": an integer from 0 to 3"));
        var question = _prompts.Fill("judge-consistency",
            ("count", count.ToString(CultureInfo.InvariantCulture)),
            ("captions", Numbered("Caption", video.Candidates)),
            ("fields", fields),
            ("question", video.Question));
        return await Ask(question, _options.MaxTokens, ConsistencySchema(count), null,
            text => ScoresAnswer.Read(text, count, ScoreRange.Consistency), cancellation).ConfigureAwait(false);
    }

    /// <summary>Asks until every score is read or the attempts are used up; scores once read are kept.</summary>
    private async Task<IReadOnlyList<Judgement>> Ask(
        string question,
        int maxTokens,
        string schema,
        IReadOnlyList<ChatImage>? shown,
        Func<string, IReadOnlyList<ScoreReading>> read,
        CancellationToken cancellation)
    {
        var first = new ChatRequest
        {
            Turns = [new("system", _prompts["judge-system"]), new("user", question, shown)],
            MaxTokens = maxTokens,
            JsonSchema = schema,
        };
        Judgement[]? judged = null;
        var request = first;
        for (var attempt = 1; ; attempt++)
        {
            ChatAnswer answer;
            try
            {
                answer = await model.AskAsync(request, cancellation).ConfigureAwait(false);
            }
            catch (ChatException e)
            {
                judged ??= [.. read("").Select(_ => new Judgement.Unscored(e.Message, e.Transient))];
                return judged;
            }

            var readings = read(answer.Text);
            judged = [.. readings.Select((r, i) => judged?[i] is Judgement.Scored kept ? kept : Judge(r, answer))];
            if (judged.All(j => j is Judgement.Scored) || attempt >= _options.Attempts)
            {
                return judged;
            }

            request = Again(first, request.MaxTokens, answer, readings);
        }
    }

    private ChatRequest Again(ChatRequest first, int maxTokens, ChatAnswer answer, IReadOnlyList<ScoreReading> readings)
    {
        if (answer.IsCutOff && maxTokens < _options.MaxTokensCutOff)
        {
            return first with { MaxTokens = Math.Min(maxTokens * 4, _options.MaxTokensCutOff) };
        }

        var problem = answer.Refusal is null ? string.Join(" ", readings.Select(r => r.Problem).OfType<string>()) : "It is a refusal.";
        return first with
        {
            Turns = [.. first.Turns, new("assistant", answer.Text), new("user", _prompts.Fill("judge-again", ("problem", problem)))],
            MaxTokens = maxTokens,
        };
    }

    private static Judgement Judge(ScoreReading reading, ChatAnswer answer) => reading.Value is { } value
        ? new Judgement.Scored(value, answer.Text)
        : new Judgement.Unscored(
            answer.Refusal is { } refusal ? $"The judge refused: {refusal}"
            : answer.IsCutOff ? "The judge's answer was cut off at the token limit."
            : reading.Problem!);

    private static string Numbered(string what, IReadOnlyList<string> captions) =>
        string.Join("\n\n", captions.Select((c, i) => $"{what} {i + 1}:\n{c}"));

    private static string ConsistencySchema(int count)
    {
        var names = Enumerable.Range(1, count).Select(i => $"\"the score of caption {i}\"").ToList();
        return "{\"type\":\"object\",\"properties\":{\"reasoning\":{\"type\":\"string\"}," +
            string.Join(",", names.Select(n => n + ":{\"type\":\"integer\"}")) +
            "},\"required\":[\"reasoning\"," + string.Join(",", names) + "],\"additionalProperties\":false}";
    }
}
