using Praline.Preferences;
using Praline.Training;
using Praline.Training.Engine;
using Praline.Training.Lora;

namespace Praline.Cli.Demo;

/// <summary>The demo's five trainings, with the paper's settings where they fit a small model.</summary>
internal sealed class MacaroonTrainings(MacaroonDemoOptions options, string folder)
{
    private const string Multiturn = "multiturn";
    private const string AfterMultiturn = "sft-after-multiturn";

    /// <summary>What is trained one after the other; chains go side by side. The longest comes first.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Chains { get; } = [[Multiturn, AfterMultiturn], ["crl"], ["dpo"], ["sft"]];

    /// <summary>What is evaluated, the base first, in the order of the paper's table.</summary>
    public IEnumerable<EvaluatedRun> Runs =>
    [
        new("base", null, null, ""),
        EvaluatedRun.Parse($"SFT={RunFolder("sft")}"),
        EvaluatedRun.Parse($"multi-turn={RunFolder(Multiturn)}"),
        EvaluatedRun.Parse($"multi-turn then SFT={RunFolder(AfterMultiturn)}"),
        EvaluatedRun.Parse($"DPO={RunFolder("dpo")}"),
        EvaluatedRun.Parse($"CRL={RunFolder("crl")}"),
    ];

    /// <summary>Trains a chain.</summary>
    public void Train(IReadOnlyList<string> chain, ImaginationFiles data, string preference, CancellationToken cancellation)
    {
        foreach (var name in chain)
        {
            var summary = TrainingSession.Run(Options(name, data, preference), progress: null, cancellation);
            Ui.Note($"{name}: {summary.Steps} steps, {summary.Seconds:0} s");
        }
    }

    private TrainOptions Options(string name, ImaginationFiles data, string preference)
    {
        var dpo = name == "dpo";
        return new TrainOptions
        {
            Method = name == AfterMultiturn ? "sft" : name,
            Objective = dpo ? new Dictionary<string, object?> { ["beta"] = 0.1, ["rpo_alpha"] = 1.0 } : new Dictionary<string, object?>(),
            PretrainedPth = ShippedFiles.BaseAssistant,
            DatasetPath = name switch { "crl" => data.Separate, Multiturn => data.Multiturn, _ => data.Preference },
            MoreDatasetPaths = [Path.Combine(preference, "general.json")],
            DirPath = Path.Combine(preference, "images"),
            ModelDir = RunFolder(name),
            Train = dpo ? [$"last_layers:{options.DpoLayers}"] : ["lora"],
            Lora = new LoraConfig { R = 16, LoraAlpha = 16, LoraDropout = 0.1, TargetModules = ["q_proj", "k_proj", "v_proj"] },
            AdapterPath = name == AfterMultiturn ? new RunFolderResult(RunFolder(Multiturn)).Path : null,
            MinScoreGap = 0,
            TorchDtype = "float32",
            Threads = 1,
            Loop = new TrainerOptions
            {
                NumEpochs = options.Epochs,
                LearningRate = dpo ? options.DpoLearningRate : options.LearningRate,
                Schedule = dpo ? "constant" : "cosine",
                BatchSize = options.RowsPerStep,
                AccumulationSteps = 1,
                MaxGradNorm = dpo ? 0.5 : 1,
            },
        };
    }

    private string RunFolder(string name) => Path.Combine(folder, "runs", name);
}
