using Praline.Media;
using System.CommandLine;
using Praline.Preferences;

namespace Praline.Cli;

/// <summary>How clips and videos are captioned: steps 2 and 3, with the papers' names and defaults.</summary>
internal sealed class CaptionChoices
{
    public Option<int> ClipFrames { get; } = new("--clip-frames") { Description = "Frames of a clip.", DefaultValueFactory = _ => 8 };

    public Option<int> MinFrm { get; } = new("--min-frm") { Description = "Fewest frames of a video.", DefaultValueFactory = _ => 8 };

    public Option<int> MaxFrm { get; } = new("--max-frm") { Description = "Most frames of a video.", DefaultValueFactory = _ => 16 };

    public Option<double> FpsFrm { get; } = new("--fps-frm") { Description = "Frames per second of video.", DefaultValueFactory = _ => 0.5 };

    public Option<int?> SampledFrm { get; } = new("--sampled-frm") { Description = "Exactly so many frames of a video." };

    public Option<int> GenerateNums { get; } = new("--candidates", "--generate-nums") { Description = "Candidate captions of a video.", DefaultValueFactory = _ => 10 };

    public Option<double> Temperature { get; } = new("--temperature") { Description = "Sampling temperature of candidates.", DefaultValueFactory = _ => 0.9 };

    public Option<double> TopP { get; } = new("--top-p") { Description = "Nucleus of candidates.", DefaultValueFactory = _ => 0.95 };

    public Option<int> TopK { get; } = new("--top-k") { Description = "Likeliest tokens that candidates draw from.", DefaultValueFactory = _ => 32 };

    public Option<int> MaxNewTokens { get; } = new("--max-new-tokens") { Description = "Longest caption, in tokens.", DefaultValueFactory = _ => 800 };

    public Option<ulong> Seed { get; } = new("--seed") { Description = "Decides every random choice.", DefaultValueFactory = _ => 0 };

    public void AddTo(Command command, bool clips = true, bool videos = true)
    {
        Option[] all =
        [
            .. clips ? new Option[] { ClipFrames } : [],
            .. videos ? new Option[] { MinFrm, MaxFrm, FpsFrm, SampledFrm, GenerateNums, Temperature, TopP, TopK } : [],
            MaxNewTokens, Seed,
        ];
        foreach (var option in all)
        {
            command.Options.Add(option);
        }
    }

    public FrameSampling ClipSampling(ParseResult parsed) => FrameSampling.ForClips with { SampledFrames = parsed.GetValue(ClipFrames) };

    public FrameSampling VideoSampling(ParseResult parsed) => new()
    {
        MinFrames = parsed.GetValue(MinFrm),
        MaxFrames = parsed.GetValue(MaxFrm),
        FramesPerSecond = parsed.GetValue(FpsFrm),
        SampledFrames = parsed.GetValue(SampledFrm),
    };

    public CaptionClipsStage ClipStage(ParseResult parsed, ICaptionModel model, PromptSet prompts) => new(model)
    {
        Sampling = ClipSampling(parsed),
        Settings = CaptionSettings.Greedy with { MaxNewTokens = parsed.GetValue(MaxNewTokens) },
        Prompts = prompts,
        Seed = parsed.GetValue(Seed),
    };

    public CandidatesStage CandidatesStage(ParseResult parsed, ICaptionModel model, PromptSet prompts) => new(model)
    {
        Candidates = parsed.GetValue(GenerateNums),
        Sampling = VideoSampling(parsed),
        Settings = CaptionSettings.Sampled with
        {
            Temperature = parsed.GetValue(Temperature),
            TopP = parsed.GetValue(TopP),
            TopK = parsed.GetValue(TopK),
            MaxNewTokens = parsed.GetValue(MaxNewTokens),
        },
        Prompts = prompts,
        Seed = parsed.GetValue(Seed),
    };
}
