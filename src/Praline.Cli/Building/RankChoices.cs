using System.CommandLine;
using Praline.Preferences;

namespace Praline.Cli;

/// <summary>How scores become pairs: the second half of step 4.</summary>
internal sealed class RankChoices
{
    private static readonly RankOptions Defaults = new();

    public Option<double> HallucinationWeight { get; } = new("--hallucination-weight") { Description = "Weight of the hallucination score.", DefaultValueFactory = _ => Defaults.Weights.Hallucination };

    public Option<double> HarmonyWeight { get; } = new("--harmony-weight") { Description = "Weight of the harmony score.", DefaultValueFactory = _ => Defaults.Weights.Harmony };

    public Option<double> ConsistencyWeight { get; } = new("--consistency-weight") { Description = "Weight of the self-consistency score.", DefaultValueFactory = _ => Defaults.Weights.Consistency };

    public Option<PairPolicy> Policy { get; } = new("--pairs") { Description = "BestWorst (the paper's), AllPairs, or TopBottom.", DefaultValueFactory = _ => Defaults.Policy };

    public Option<int> K { get; } = new("--pairs-k") { Description = "TopBottom: each of the k best against each of the k worst.", DefaultValueFactory = _ => Defaults.K };

    public Option<double> MinGap { get; } = new("--min-gap") { Description = "Smallest difference of totals that makes a pair.", DefaultValueFactory = _ => Defaults.MinGap };

    public Option<double> NearDuplicate { get; } = new("--near-duplicate")
    {
        Description = "Captions whose words are this alike (0 to 1) never make a pair.",
        DefaultValueFactory = _ => Defaults.NearDuplicate,
    };

    public Option<int> ReportPairs { get; } = new("--report-pairs") { Description = "Pairs shown beside their frames in report.html, spread over all.", DefaultValueFactory = _ => 100 };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { HallucinationWeight, HarmonyWeight, ConsistencyWeight, Policy, K, MinGap, NearDuplicate, ReportPairs })
        {
            command.Options.Add(option);
        }
    }

    public RankOptions Of(ParseResult parsed) => new()
    {
        Weights = new ScoreWeights(parsed.GetValue(HallucinationWeight), parsed.GetValue(HarmonyWeight), parsed.GetValue(ConsistencyWeight)),
        Policy = parsed.GetValue(Policy),
        K = parsed.GetValue(K),
        MinGap = parsed.GetValue(MinGap),
        NearDuplicate = parsed.GetValue(NearDuplicate),
    };

    public RankStage Stage(ParseResult parsed) => new() { Options = Of(parsed) };
}
