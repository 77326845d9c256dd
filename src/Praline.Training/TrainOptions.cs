using Praline.Media;
using Praline.Data;
using Praline.Training.Data;
using Praline.Training.Engine;
using Praline.Training.Lora;
using Praline.Training.Objectives;
using Praline.Training.Tasks;

namespace Praline.Training;

/// <summary>Everything that a training run is told. Names and defaults are those of SynPO's scripts where they have one.</summary>
public sealed record TrainOptions
{
    /// <summary>
    /// The objective's name, see <see cref="Objectives.ObjectiveRegistry.Names"/>; besides <c>sft</c> (one answer
    /// per row; of pairs, the chosen one), <c>crl</c> (answers under conditions) and <c>multiturn</c> (a conversation's last answer).
    /// </summary>
    public string Method { get; init; } = "synpo";

    /// <summary>The objective's settings by their names in snake case (<c>alpha</c>, <c>beta</c>, <c>loss_type</c>…).</summary>
    public IReadOnlyDictionary<string, object?> Objective { get; init; } = new Dictionary<string, object?>();

    /// <summary>The checkpoint to train.</summary>
    public string PretrainedPth { get; init; } = "";

    /// <summary>Start from random weights instead of the checkpoint's (which then needs only configuration and tokenizer).</summary>
    public bool FromScratch { get; init; }

    /// <summary>The data, in any format and container of docs/data-formats.md.</summary>
    public string DatasetPath { get; init; } = "";

    /// <summary>The format of all rows, by name; null to tell each row's by its fields.</summary>
    public string? DataFormat { get; init; }

    /// <summary>Fields of the data to read under other names: <c>new=old</c>.</summary>
    public IReadOnlyList<string> Column { get; init; } = [];

    /// <summary>Fields of the data to leave out.</summary>
    public IReadOnlyList<string> IgnoreColumn { get; init; } = [];

    /// <summary>Where media lie that rows name; null takes the data file's folder.</summary>
    public string? DirPath { get; init; }

    /// <summary>Held-out data of the same kind, measured at ends of epochs; null for none.</summary>
    public string? EvalDatasetPath { get; init; }

    /// <summary>Share of the data to hold out for evaluation when there is no <see cref="EvalDatasetPath"/>.</summary>
    public double EvalSplit { get; init; }

    /// <summary>More data files that are mixed in, whole.</summary>
    public IReadOnlyList<string> MoreDatasetPaths { get; init; } = [];

    /// <summary>Share of <see cref="DatasetPath"/>'s rows that are taken (MACAROON's <c>ratio</c>).</summary>
    public double Ratio { get; init; } = 1;

    /// <summary>Measure the gradients of both rewards in every step (<c>praline profile</c>).</summary>
    public bool Profile { get; init; }

    /// <summary>A folder for vision features that several runs share; null keeps them in memory only.</summary>
    public string? VisionCache { get; init; }

    /// <summary>Memory for vision features; what is beyond is read from <see cref="VisionCache"/>.</summary>
    public long FeatureMemoryBytes { get; init; } = 4L << 30;

    /// <summary>
    /// Where the data hold more media than this, a frozen tower's features are computed when a step first needs them, and before the first step only the media's
    /// headers are read.
    /// </summary>
    public int MediaAhead { get; init; } = 10_000;

    /// <summary>A folder for reference log-probabilities that several runs share; null keeps them in the run's folder.</summary>
    public string? ReferenceCache { get; init; }

    /// <summary>
    /// Compute each layer, the vision tower's too where it trains, a second time in the backward pass instead of keeping what it computed: about a third more work for a
    /// fraction of the memory.
    /// </summary>
    public bool GradientCheckpointing { get; init; }

    /// <summary>The run's folder.</summary>
    public string ModelDir { get; init; } = "";

    /// <summary>
    /// What trains: <c>lora</c> (an adapter on the language model), <c>language</c>, <c>projector</c>, <c>vision</c> (all of that part), or
    /// <c>last_layers:N</c> (the language model's last N layers).
    /// </summary>
    public IReadOnlyList<string> Train { get; init; } = ["lora"];

    /// <summary>The parts that the adapter is put on: <c>language</c>, <c>vision</c> (the tower), <c>projector</c>.</summary>
    public IReadOnlyList<string> LoraParts { get; init; } = ["language"];

    /// <summary>The adapter's settings.</summary>
    public LoraConfig Lora { get; init; } = new();

    /// <summary>Adapter to continue training from; null makes a fresh one.</summary>
    public string? AdapterPath { get; init; }

    /// <summary>
    /// What rewards are measured against: <c>start</c> (the policy before the first step, with the adapter as loaded, as TRL does), <c>base</c> (the checkpoint without an
    /// adapter), or the folder of a checkpoint or an adapter.
    /// </summary>
    public string Reference { get; init; } = ReferenceModel.Start;

    /// <summary>How frames of videos are chosen.</summary>
    public FrameSampling Frames { get; init; } = new();

    /// <summary>The share of visual tokens to keep; null takes the checkpoint's.</summary>
    public double? TokenKeptRatio { get; init; }

    /// <summary>The question of rows that have none: SynPO's.</summary>
    public string Question { get; init; } =
        "Describe in detail what is happening in the video, including the subject matter, the setting, and possible character activities.";

    /// <summary>The texts of conditions, for conditional training (<c>crl</c>).</summary>
    public ConditionOptions Conditions { get; init; } = new();

    /// <summary>The answers of a conversation that supervised training learns: <c>last</c>, <c>all</c>, or numbers from 1.</summary>
    public IReadOnlyList<string> LearnTurns { get; init; } = ["last"];

    /// <summary>Learn answers without the white space around them.</summary>
    public bool TrimAnswers { get; init; }

    /// <summary>What stands between an answer and its end token, where no chat template writes the end: nothing for SynPO, a space for MACAROON.</summary>
    public string AnswerSuffix { get; init; } = "";

    /// <summary>How supervised losses (SFT, conditional, multi-turn, and the terms added to preference losses) average: over tokens or over rows.</summary>
    public LossAverage LossAverage { get; init; }

    /// <summary>Which of a row's scored candidates is the rejected answer: the lowest, or the second-lowest as in SynPO's train_dpo_check.py.</summary>
    public RejectedCandidate Rejected { get; init; }

    /// <summary>Pairs whose scores are closer than this are left out; rows without scores are kept.</summary>
    public double MinScoreGap { get; init; } = 4;

    /// <summary>Tokens that prompt and response together may have.</summary>
    public int MaxLength { get; init; } = 2560;

    /// <summary>
    /// Tokens that a question's text and an answer's text may each have, an image counting as one (MACAROON's code cuts each at 1,024); null for no limit of their own.
    /// </summary>
    public int? MaxTextLength { get; init; }

    /// <summary>Leave rows out that can't be trained on, instead of refusing the data set.</summary>
    public bool SkipBadRows { get; init; }

    /// <summary>The loop's settings.</summary>
    public TrainerOptions Loop { get; init; } = new();

    /// <summary><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>The base weights' type: <c>float32</c>, <c>bfloat16</c> or <c>float16</c>; null takes single precision on the CPU and the checkpoint's type elsewhere.</summary>
    public string? TorchDtype { get; init; }

    /// <summary>Threads that one operator may use; 0 leaves libtorch's own number.</summary>
    public int Threads { get; init; }

    /// <summary>Memory for decoded frames while a vision tower trains, in bytes.</summary>
    public long FrameCacheBytes { get; init; } = 2L << 30;

    /// <summary>
    /// The same training, profiled: examples are computed one at a time, which takes the fewest backward passes; a loss that compares the
    /// pairs of a batch with each other has the whole batch at once.
    /// </summary>
    /// <exception cref="PralineException">The method or one of its settings is not known.</exception>
    public TrainOptions Profiled()
    {
        var step = Loop.BatchSize * Loop.AccumulationSteps;
        var together = ObjectiveRegistry.Names.Contains(Method)
            && ObjectiveRegistry.Create(Method, Objective).Requirements.HasFlag(Requirements.SeveralPairs);
        var (batch, accumulation) = together ? (step, 1) : (1, step);
        return this with { Profile = true, Loop = Loop with { BatchSize = batch, AccumulationSteps = accumulation, TokensPerMicroBatch = 0 } };
    }
}
