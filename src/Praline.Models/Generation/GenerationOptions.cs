using Praline.Models.Checkpoints;
using Praline.Torch;

namespace Praline.Models.Generation;

/// <summary>How tokens are chosen and when a text ends. The defaults are transformers': greedy, nothing filtered.</summary>
public sealed record GenerationOptions
{
    /// <summary>New tokens at most.</summary>
    public int MaxNewTokens { get; init; } = 256;

    /// <summary>End tokens can't come before so many new tokens.</summary>
    public int MinNewTokens { get; init; }

    /// <summary>Draw from the distribution instead of taking the likeliest token.</summary>
    public bool DoSample { get; init; }

    /// <summary>Logits are divided by it (above 0): lower is closer to greedy.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Only the k likeliest tokens; 0 for all.</summary>
    public int TopK { get; init; }

    /// <summary>Only the likeliest tokens that together reach this probability, in (0, 1].</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Only tokens with at least this share of the likeliest one's probability, in [0, 1].</summary>
    public double MinP { get; init; }

    /// <summary>Logits of tokens that the text has already are divided by it (multiplied when negative); 1 for none.</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>The order of the filters.</summary>
    public FilterOrder FilterOrder { get; init; } = FilterOrder.HuggingFace;

    /// <summary>Any of these tokens ends the text.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>Any of these texts ends the text; needs a decoder.</summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Beams; 1 for none. Beam search does not sample; a request's seeds then say how many of the best texts to return.</summary>
    public int NumBeams { get; init; } = 1;

    /// <summary>Beam search: a hypothesis scores its summed log-probability / length^this.</summary>
    public double LengthPenalty { get; init; } = 1;

    /// <summary>Beam search: stop as soon as there are enough hypotheses, even if a better one might come.</summary>
    public bool EarlyStopping { get; init; }

    /// <summary>Return each token's log-probability.</summary>
    public bool LogProbabilities { get; init; }

    /// <summary>Return so many of the likeliest tokens in each token's place too; needs <see cref="LogProbabilities"/>.</summary>
    public int TopLogProbabilities { get; init; }

    /// <summary>What is added to the logits of some tokens.</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = new Dictionary<int, float>();

    /// <summary>Taken off the logit of each token that the text has already (the prompt doesn't count), as OpenAI's <c>presence_penalty</c>.</summary>
    public double PresencePenalty { get; init; }

    /// <summary>Taken off the logit of each token as often as the text has it (the prompt doesn't count), as OpenAI's <c>frequency_penalty</c>.</summary>
    public double FrequencyPenalty { get; init; }

    /// <summary>What SynPO draws candidates with: temperature 0.9, top-p 0.95, top-k 32, in the paper's order.</summary>
    public static GenerationOptions SynpoCandidates { get; } = new()
    {
        DoSample = true,
        Temperature = 0.9,
        TopP = 0.95,
        TopK = 32,
        FilterOrder = FilterOrder.Paper,
    };

    /// <summary>
    /// A checkpoint's own settings: <c>generation_config.json</c>, and for end tokens that it does not name <c>config.json</c>.
    /// </summary>
    /// <exception cref="PralineException">A value is out of range.</exception>
    public static GenerationOptions Read(string folder)
    {
        var config = ConfigReader.TryOpen(folder, "config.json");
        var text = config?.Object("text_config") ?? config;
        var end = text?.Ints("eos_token_id") ?? config?.Ints("eos_token_id") ?? [];
        if (ConfigReader.TryOpen(folder, "generation_config.json") is not { } own)
        {
            return new GenerationOptions { EosTokenIds = end };
        }

        var defaults = new GenerationOptions();
        return new GenerationOptions
        {
            MaxNewTokens = own.Int("max_new_tokens", defaults.MaxNewTokens),
            MinNewTokens = own.Int("min_new_tokens", 0, min: 0),
            DoSample = own.Bool("do_sample", false),
            Temperature = own.Double("temperature", 1) is > 0 and var temperature ? temperature : 1,
            TopK = own.Int("top_k", own.Bool("do_sample", false) ? 50 : 0, min: 0),
            TopP = own.Double("top_p", 1),
            MinP = own.Double("min_p", 0),
            RepetitionPenalty = own.Double("repetition_penalty", 1),
            EosTokenIds = own.Ints("eos_token_id") ?? end,
            NumBeams = own.Int("num_beams", 1),
            LengthPenalty = own.Double("length_penalty", 1),
            EarlyStopping = own.Find("early_stopping") is { ValueKind: System.Text.Json.JsonValueKind.True },
        }.Validate();
    }

    /// <summary>Checks ranges and combinations; returns itself.</summary>
    /// <exception cref="PralineException">Says which option, what it may be, and what it is.</exception>
    public GenerationOptions Validate()
    {
        Require(MaxNewTokens >= 1, nameof(MaxNewTokens), "at least 1", MaxNewTokens);
        Require(MinNewTokens >= 0 && MinNewTokens <= MaxNewTokens, nameof(MinNewTokens), $"from 0 to {MaxNewTokens}", MinNewTokens);
        Require(Temperature > 0 && double.IsFinite(Temperature), nameof(Temperature), "above 0 (for greedy, set DoSample to false)", Temperature);
        Require(TopK >= 0, nameof(TopK), "at least 1, or 0 for all", TopK);
        Require(TopP is > 0 and <= 1, nameof(TopP), "in (0, 1]", TopP);
        Require(MinP is >= 0 and <= 1, nameof(MinP), "in [0, 1]", MinP);
        Require(RepetitionPenalty > 0 && double.IsFinite(RepetitionPenalty), nameof(RepetitionPenalty), "above 0", RepetitionPenalty);
        Require(TopLogProbabilities >= 0 && (TopLogProbabilities == 0 || LogProbabilities), nameof(TopLogProbabilities), "0, or with LogProbabilities", TopLogProbabilities);
        Require(NumBeams >= 1, nameof(NumBeams), "at least 1", NumBeams);
        Require(StopStrings.All(s => s.Length > 0), nameof(StopStrings), "not empty", "an empty text");
        return NumBeams > 1 && DoSample
            ? throw new PralineException("Beam search does not sample: set NumBeams to 1 or DoSample to false.")
            : this;
    }

    private static void Require(bool holds, string option, string range, object found)
    {
        if (!holds)
        {
            throw new PralineException(string.Create(
                System.Globalization.CultureInfo.InvariantCulture, $"Generation option {option} should be {range}, found {found}."));
        }
    }
}

/// <summary>In which order temperature and the filters of sampling are applied.</summary>
public enum FilterOrder
{
    /// <summary>
    /// SynPO's <c>sampling</c>: logits that are not finite never come; temperature, softmax, top-k, renormalise, top-p on the
    /// renormalised values (the token that crosses the limit stays), min-p. A row without a finite logit ends the text.
    /// </summary>
    Paper,

    /// <summary>transformers: temperature, top-k (ties with the last stay), top-p, min-p.</summary>
    HuggingFace,
}
