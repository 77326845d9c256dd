using Praline.Training.Configuration;

namespace Praline.Training.Tests.Configuration;

public class YamlSettingsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("praline-yaml-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Flat_and_grouped_names_mean_the_same()
    {
        var flat = Load("""
            method: synpo
            learning_rate: 1e-5
            lora_r: 16
            lora_alpha: 32
            """);
        var grouped = Load("""
            method: synpo
            training:
              learning_rate: 1e-5
            lora:
              r: 16
              alpha: 32
            """);
        Assert.Equal(1e-5, flat.Loop.LearningRate);
        Assert.Equal((16, 32.0), (flat.Lora.R, flat.Lora.LoraAlpha));
        Assert.Equivalent(flat, grouped);
    }

    [Fact]
    public void Everything_has_a_name()
    {
        var options = Load("""
            method: dpo
            loss_type: [sigmoid, bco_pair]
            loss_weights: [0.8, 0.2]
            beta: 0.2
            use_weighting: true
            pretrained_pth: checkpoints/a
            train: [lora, projector]
            lora:
              target_modules: all-linear
              rank_pattern: {q_proj: 4}
              use_dora: true
            frames:
              sampled_frm: 6
            condition:
              texts: {best: 'best ', worst: 'worst '}
              after_question: true
            """);
        Assert.Equal(["lora", "projector"], options.Train);
        Assert.Equal(["all-linear"], options.Lora.TargetModules);
        Assert.Equal(4, options.Lora.RankPattern["q_proj"]);
        Assert.True(options.Lora.UseDora);
        Assert.Equal(6, options.Frames.SampledFrames);
        Assert.Equal("worst ", options.Conditions.Texts["worst"]);
        Assert.True(options.Conditions.AfterQuestion);
        var objective = Assert.IsType<Training.Objectives.Dpo.DpoObjective>(Training.Objectives.ObjectiveRegistry.Create(options.Method, options.Objective));
        Assert.Equal((0.2, true), (objective.Beta, objective.UseWeighting));
        Assert.Equal([0.8, 0.2], objective.LossWeights);
    }

    [Theory]
    [InlineData("learning_rat: 1", "learning_rate")]
    [InlineData("method: synpo\nalhpa: 3", "alpha")]
    [InlineData("lora: {rr: 3}", "lora_r")]
    [InlineData("batch_size: many", "batch_size")]
    [InlineData("method: sinpo", "synpo")]
    [InlineData("learning_rate: 1\ntraining: {learning_rate: 2}", "twice")]
    [InlineData("a: [", "not YAML")]
    public void Mistakes_are_named(string yaml, string expected)
    {
        var error = Assert.Throws<PralineException>(() => Load(yaml));
        Assert.Contains(expected, error.Message);
    }

    // The structure and values of the files in MACAROON's repository (config/*.yml), typed anew.
    [Theory]
    [InlineData("CRL", "crl", 64, 32, 1e-4, "../datasets/train/preference_dataset_seperate.json", "ratio: 1")] // two answers an example
    [InlineData("SFT", "sft", 64, 64, 1e-4, "../datasets/train/preference_dataset.json", "")]
    [InlineData("Multiturn", "multiturn", 32, 32, 1e-4, "../datasets/train/preference_dataset_multiturn.json", "")]
    [InlineData("dpo", "dpo", 128, 128, 5e-5, "../datasets/train/preference_dataset.json", "")]
    public void Macaroons_own_files_work(string module, string method, int written, int accumulation, double learningRate, string data, string extra)
    {
        var options = Load($"""


            data:
              data_module: DataModule_{module}
              eval_module: EvalModule
              preference_data_path: {data}
              VLfeedback_data_path: ../datasets/train/VLfeedback_dataset.json
              eval_data_path: ../datasets/eval/evaluation_data.jsonl
              {extra}
            model:
              model_module: {(method == "dpo" ? "llava_dpo" : "llava")}

            training:
              epochs: 1
              accumulate_grad_batches: {written}
              weight_decay: 0.01
              learning_rate: {learningRate.ToString("0.#######", System.Globalization.CultureInfo.InvariantCulture)} # 0.002
              # checkpoint_every_n_steps: 

            output_dir: ../model_output/output_model_{module}
            eval_output_path: ../eval_results/{module}_eval_results.jsonl
            resume_from_checkpoint: ../model_output/output_model_multiturn/model_final.pt
            """);
        Assert.Equal(method, options.Method);
        Assert.Equal((1, 1, accumulation, learningRate), (options.Loop.NumEpochs, options.Loop.BatchSize, options.Loop.AccumulationSteps, options.Loop.LearningRate));
        Assert.Equal(Path.GetFullPath(Path.Combine(_folder, data)), options.DatasetPath);
        Assert.Equal(Path.GetFullPath(Path.Combine(_folder, "../datasets/train/VLfeedback_dataset.json")), Assert.Single(options.MoreDatasetPaths));
        Assert.Equal(Path.GetFullPath(Path.Combine(_folder, "../model_output/output_model_multiturn/epoch1")), options.AdapterPath);
        Assert.Equal(" ", options.AnswerSuffix);
        Assert.Equal((Training.Objectives.LossAverage.Row, 1024, method is "dpo" or "crl" ? 10_000 : 20_000), (options.LossAverage, options.MaxTextLength, options.Loop.MaxExamplesPerEpoch));
        Assert.Equal(["language", "vision"], options.LoraParts);
        if (method == "dpo")
        {
            Assert.Equal(["last_layers:10"], options.Train);
            Assert.Equal((0.0, "constant"), (options.Loop.MaxGradNorm, options.Loop.Schedule)); // the script clips after the update, without effect
            var objective = Assert.IsType<Training.Objectives.Dpo.DpoObjective>(Training.Objectives.ObjectiveRegistry.Create("dpo", options.Objective));
            Assert.Equal((0.1, 1.0), (objective.Beta, objective.RpoAlpha));
        }
        else
        {
            Assert.Equal((16, 16.0, 0.1), (options.Lora.R, options.Lora.LoraAlpha, options.Lora.LoraDropout));
            Assert.Equal(["q_proj", "k_proj", "v_proj"], options.Lora.TargetModules);
            Assert.Equal(("cosine", 100), (options.Loop.Schedule, options.Loop.WarmupSteps));
        }
    }

    private TrainOptions Load(string yaml)
    {
        var path = Path.Combine(_folder, "config.yml");
        File.WriteAllText(path, yaml);
        return YamlSettings.Load(path);
    }
}
