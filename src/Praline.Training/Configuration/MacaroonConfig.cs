using Praline.Training.Objectives;
using System.Globalization;
using Praline.Training.Lora;

namespace Praline.Training.Configuration;

/// <summary>
/// MACAROON's own configuration files (<c>config_CRL.yml</c>, <c>config_SFT.yml</c>, <c>config_multiturn.yml</c>,
/// <c>config_SFTaftermultiturn.yml</c>, <c>config_dpo.yml</c>), unchanged. What its scripts fix in code is filled in: LoRA r 16, alpha
/// 16, dropout 0.1 on q, k and v with a cosine schedule of 100 warm-up steps, or for DPO the last ten layers, β 0.1, the chosen
/// response's supervised loss, clipping at 0.5.
/// </summary>
internal static class MacaroonConfig
{
    private static readonly Dictionary<string, string> Methods = new(StringComparer.Ordinal)
    {
        ["DataModule_CRL"] = "crl",
        ["DataModule_SFT"] = "sft",
        ["DataModule_Multiturn"] = "multiturn",
        ["DataModule_dpo"] = "dpo",
    };

    /// <summary>Names and what they are called here; null for those that concern the evaluation after training (<c>praline evaluate pie</c>).</summary>
    private static readonly Dictionary<string, string?> Names = new(StringComparer.Ordinal)
    {
        ["data.data_module"] = "method",
        ["data.eval_module"] = null,
        ["data.preference_data_path"] = "dataset_path",
        ["data.VLfeedback_data_path"] = "more_dataset_paths",
        ["data.eval_data_path"] = null,
        ["data.ratio"] = "ratio",
        ["model.model_module"] = null,
        ["training.epochs"] = "num_epochs",
        ["training.accumulate_grad_batches"] = "accumulation_steps",
        ["training.weight_decay"] = "weight_decay",
        ["training.learning_rate"] = "learning_rate",
        ["output_dir"] = "model_dir",
        ["eval_output_path"] = null,
        ["resume_from_checkpoint"] = "adapter_path",
    };

    internal static bool IsOne(IReadOnlyDictionary<string, object?> tree) => Lookup(tree, "data.data_module") is not null;

    internal static Dictionary<string, object?> Translate(IReadOnlyDictionary<string, object?> tree, string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var settings = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in Leaves(tree))
        {
            if (!Names.TryGetValue(name, out var ours))
            {
                throw new PralineException($"{path}: there is no setting '{name}' in MACAROON's files{NearestName.Hint(name, Names.Keys)}.");
            }

            if (ours is not null)
            {
                settings[ours] = ours switch
                {
                    "method" => Method(tree, path),
                    "dataset_path" or "model_dir" or "more_dataset_paths" => Path.GetFullPath(Path.Combine(folder, (string)value!)),
                    "adapter_path" => Adapter(folder, (string)value!),
                    "accumulation_steps" when Method(tree, path) == "crl" => Pairs(value),
                    _ => value,
                };
            }
        }

        return settings;
    }

    /// <summary>What the scripts fix in code.</summary>
    internal static TrainOptions Defaults(TrainOptions over, IReadOnlyDictionary<string, object?> tree, string path)
    {
        var method = Method(tree, path);
        var dpo = method == "dpo";
        var loop = over.Loop with
        {
            BatchSize = 1,
            MaxGradNorm = 0, // train_dpo.py clips after the update, right before it clears the gradients: that does nothing
            Schedule = dpo ? "constant" : "cosine",
            WarmupSteps = dpo ? 0 : 100,
            MaxExamplesPerEpoch = method is "dpo" or "crl" ? 10_000 : 20_000, // crl's 20,000 rows are 10,000 examples of two answers
        };
        return over with
        {
            Method = method,
            AnswerSuffix = " ",
            MinScoreGap = 0,
            MaxLength = 4096,
            MaxTextLength = 1024,
            LossAverage = LossAverage.Row,
            LoraParts = ["language", "vision"],
            Loop = loop,
            Train = dpo ? ["last_layers:10"] : ["lora"],
            Objective = dpo ? new Dictionary<string, object?> { ["beta"] = 0.1, ["rpo_alpha"] = 1.0 } : over.Objective,
            Lora = new LoraConfig { R = 16, LoraAlpha = 16, LoraDropout = 0.1, TargetModules = ["q_proj", "k_proj", "v_proj"] },
        };
    }

    private static string Method(IReadOnlyDictionary<string, object?> tree, string path)
    {
        var module = (string)Lookup(tree, "data.data_module")!;
        return Methods.TryGetValue(module, out var method)
            ? method
            : throw new PralineException($"{path}: data.data_module should be one of {string.Join(", ", Methods.Keys)}, found '{module}'.");
    }

    /// <summary>
    /// Its conditional data have a row for the good and a row for the bad answer, which are one example here: half as many give a step as many answers.
    /// </summary>
    private static object? Pairs(object? answers) => int.TryParse(answers as string, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
        ? ((count + 1) / 2).ToString(CultureInfo.InvariantCulture)
        : answers;

    /// <summary>The adapter of an earlier run, where the original names its <c>model_final.pt</c>.</summary>
    private static string Adapter(string folder, string checkpoint)
    {
        var path = Path.GetFullPath(Path.Combine(folder, checkpoint));
        if (!path.EndsWith(".pt", StringComparison.Ordinal))
        {
            return path;
        }

        var run = Path.GetDirectoryName(path)!;
        var epochs = Directory.Exists(run) ? Directory.GetDirectories(run, "epoch*").OrderBy(d => d.Length).ThenBy(d => d, StringComparer.Ordinal).ToArray() : [];
        return epochs is [.., var last] ? last : Path.Combine(run, "epoch1");
    }

    private static object? Lookup(IReadOnlyDictionary<string, object?> tree, string name) => Leaves(tree).FirstOrDefault(l => l.Key == name).Value;

    private static IEnumerable<KeyValuePair<string, object?>> Leaves(IReadOnlyDictionary<string, object?> tree, string prefix = "") =>
        tree.SelectMany(entry => entry.Value is IReadOnlyDictionary<string, object?> inner
            ? Leaves(inner, $"{prefix}{entry.Key}.")
            : [new KeyValuePair<string, object?>(prefix + entry.Key, entry.Value)]);
}
