using System.CommandLine;
using Praline.Preferences;

namespace Praline.Cli;

/// <summary>The options of the commands that build preference data, with the papers' names and defaults.</summary>
internal sealed class BuildOptions
{
    public ModelOptions Model { get; } = new();

    public Option<string> Videos { get; } = new("--videos", "--dir-path") { Description = "Folder of videos; subfolders too.", Required = true };

    public Option<string> Output { get; } = new("--out") { Description = "Folder for the files of all four steps.", Required = true };

    public Option<string?> Prompts { get; } = new("--prompts") { Description = "Folder with prompts that replace the built-in ones (question.txt, clip.txt, …)." };

    public Option<double> ClipSeconds { get; } = new("--clip-seconds") { Description = "Seconds per clip.", DefaultValueFactory = _ => 10 };

    public Option<int> MinFrm { get; } = new("--min-frm") { Description = "Fewest frames of a video.", DefaultValueFactory = _ => 8 };

    public Option<int> MaxFrm { get; } = new("--max-frm") { Description = "Most frames of a video.", DefaultValueFactory = _ => 16 };

    public Option<double> FpsFrm { get; } = new("--fps-frm") { Description = "Frames per second of video.", DefaultValueFactory = _ => 0.5 };

    public Option<int?> SampledFrm { get; } = new("--sampled-frm") { Description = "Exactly so many frames of a video." };

    public Option<int> ClipFrames { get; } = new("--clip-frames") { Description = "Frames of a clip.", DefaultValueFactory = _ => 8 };

    public Option<int> GenerateNums { get; } = new("--candidates", "--generate-nums") { Description = "Candidate captions of a video.", DefaultValueFactory = _ => 10 };

    public Option<double> Temperature { get; } = new("--temperature") { Description = "Sampling temperature of candidates.", DefaultValueFactory = _ => 0.9 };

    public Option<double> TopP { get; } = new("--top-p") { Description = "Nucleus of candidates.", DefaultValueFactory = _ => 0.95 };

    public Option<int> TopK { get; } = new("--top-k") { Description = "Likeliest tokens that candidates draw from.", DefaultValueFactory = _ => 32 };

    public Option<int> MaxNewTokens { get; } = new("--max-new-tokens") { Description = "Longest caption, in tokens.", DefaultValueFactory = _ => 800 };

    public Option<ulong> Seed { get; } = new("--seed") { Description = "Decides every random choice.", DefaultValueFactory = _ => 0 };

    public Option<int> Ahead { get; } = new("--concurrency") { Description = "Videos under way at once (decoding overlaps with the model).", DefaultValueFactory = _ => 4 };

    public Option<string> Judge { get; } = new("--judge")
    {
        Description = "offline (needs nothing), small-world (the same, reading captions of moving shapes), or openai (any compatible endpoint: API_URL, API_KEY, API_MODEL).",
        DefaultValueFactory = _ => "offline",
    };

    public Option<double> HallucinationWeight { get; } = new("--hallucination-weight") { Description = "Weight of the hallucination score.", DefaultValueFactory = _ => 1.1 };

    public Option<double> HarmonyWeight { get; } = new("--harmony-weight") { Description = "Weight of the harmony score.", DefaultValueFactory = _ => 1 };

    public Option<double> ConsistencyWeight { get; } = new("--consistency-weight") { Description = "Weight of the self-consistency score.", DefaultValueFactory = _ => 1 };

    public Option<PairPolicy> Policy { get; } = new("--pairs") { Description = "BestWorst (the paper's), AllPairs or TopBottom.", DefaultValueFactory = _ => PairPolicy.BestWorst };

    public Option<double> MinGap { get; } = new("--min-gap") { Description = "Smallest difference of totals that makes a pair.", DefaultValueFactory = _ => 0 };

    public Option<bool> Restart { get; } = new("--restart") { Description = "Begin anew instead of going on." };

    public Option<bool> RetryFailed { get; } = new("--retry-failed") { Description = "Do again what was rejected or unscored." };

    public IEnumerable<Option> ForClips => [ClipSeconds, Prompts];

    public IEnumerable<Option> ForCaptions => [ClipFrames, MaxNewTokens, Seed, Prompts, Ahead];

    public IEnumerable<Option> ForCandidates =>
        [MinFrm, MaxFrm, FpsFrm, SampledFrm, GenerateNums, Temperature, TopP, TopK, MaxNewTokens, Seed, Prompts, Ahead];

    public IEnumerable<Option> ForRank => [Judge, HallucinationWeight, HarmonyWeight, ConsistencyWeight, Policy, MinGap, Prompts];

    /// <summary>Adds the common options, those of the model if it is needed, and those of the steps.</summary>
    public Command AddTo(Command command, bool usesModel, params IEnumerable<Option>[] steps)
    {
        command.Options.Add(Videos);
        command.Options.Add(Output);
        foreach (var option in steps.SelectMany(step => step).Distinct())
        {
            command.Options.Add(option);
        }

        command.Options.Add(Restart);
        command.Options.Add(RetryFailed);
        if (usesModel)
        {
            Model.AddTo(command);
        }

        return command;
    }

    public PromptSet PromptsOf(ParseResult parsed) => PromptSet.Load(parsed.GetValue(Prompts));

    public ClipStage ClipStage(ParseResult parsed) => new(new MediaVideoProbe())
    {
        Options = new ClipOptions { SecondsPerClip = parsed.GetValue(ClipSeconds) },
        Prompts = PromptsOf(parsed),
    };

    public CaptionClipsStage CaptionClipsStage(ParseResult parsed, ICaptionModel model) => new(model)
    {
        Sampling = FrameSampling.ForClips with { SampledFrames = parsed.GetValue(ClipFrames) },
        Settings = CaptionSettings.Greedy with { MaxNewTokens = parsed.GetValue(MaxNewTokens) },
        Prompts = PromptsOf(parsed),
        Seed = parsed.GetValue(Seed),
    };

    public CandidatesStage CandidatesStage(ParseResult parsed, ICaptionModel model) => new(model)
    {
        Candidates = parsed.GetValue(GenerateNums),
        Sampling = new FrameSampling
        {
            MinFrames = parsed.GetValue(MinFrm),
            MaxFrames = parsed.GetValue(MaxFrm),
            FramesPerSecond = parsed.GetValue(FpsFrm),
            SampledFrames = parsed.GetValue(SampledFrm),
        },
        Settings = CaptionSettings.Sampled with
        {
            Temperature = parsed.GetValue(Temperature),
            TopP = parsed.GetValue(TopP),
            TopK = parsed.GetValue(TopK),
            MaxNewTokens = parsed.GetValue(MaxNewTokens),
        },
        Prompts = PromptsOf(parsed),
        Seed = parsed.GetValue(Seed),
    };

    public RankStage RankStage(ParseResult parsed) => new()
    {
        Options = new RankOptions
        {
            Weights = new ScoreWeights(parsed.GetValue(HallucinationWeight), parsed.GetValue(HarmonyWeight), parsed.GetValue(ConsistencyWeight)),
            Policy = parsed.GetValue(Policy),
            MinGap = parsed.GetValue(MinGap),
        },
    };

    public StageRunOptions RunOptions(ParseResult parsed) => new()
    {
        Restart = parsed.GetValue(Restart),
        RetryFailed = parsed.GetValue(RetryFailed),
        MaxConcurrency = Math.Max(1, parsed.GetValue(Ahead)),
        Progress = StageView.Progress(),
    };
}
