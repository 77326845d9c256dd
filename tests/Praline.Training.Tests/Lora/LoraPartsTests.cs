using Praline.Media;
using Praline.Data;
using Praline.Models.Checkpoints;
using Praline.Models.Multimodal;
using Praline.Testing;
using Praline.Torch;
using Praline.Training.Data;
using Praline.Training.Lora;

namespace Praline.Training.Tests.Lora;

/// <summary>Adapters on the vision tower and the projector, and the language model alone where names would match elsewhere too.</summary>
public class LoraPartsTests
{
    public static TheoryData<string> Llavas => [.. Golden.Cases("llava15").Concat(Golden.Cases("llava_next"))];

    [Fact]
    public void An_adapter_on_every_part_trains_saves_and_merges()
    {
        using var world = new TinyWorld();
        var based = SupervisedTrainingTests.Options(world, "base") with { FromScratch = true, Train = ["language", "projector", "vision"], Loop = SupervisedTrainingTests.Options(world, "base").Loop with { NumEpochs = 1 } };
        var start = TrainingSession.Run(based).Result;
        var options = SupervisedTrainingTests.Options(world, "parts") with
        {
            PretrainedPth = start,
            Train = ["lora"],
            LoraParts = ["language", "vision", "projector"],
            Lora = new() { R = 4, LoraAlpha = 8, LoraDropout = 0, TargetModules = ["all-linear"] },
        };
        var result = TrainingSession.Run(options).Result;
        var losses = SupervisedTrainingTests.Losses(options);
        Assert.True(losses[^1] < losses[0], $"{losses[0]} → {losses[^1]}");

        var merged = Path.Combine(world.Folder, "merged");
        MergeSession.Run(start, result, merged);
        using var scope = new TensorScope();
        using var plain = AuroraCap.Load(start);
        using var adapted = AuroraCap.Load(start);
        using var whole = AuroraCap.Load(merged);
        using var adapter = LoraAdapter.Load(adapted, result);
        Assert.Equal([ModelPart.Language, ModelPart.VisionTower, ModelPart.Projector], adapter.Parts);
        Assert.Contains("projector.model.0", adapter.Modules);
        using var generator = new Generator(1);
        var pixels = Tensor.Randn([2, 3, 28, 28], generator);
        Close.Equal(adapted.EncodePixels(pixels), whole.EncodePixels(pixels), 1e-4, 1e-4, "visual tokens");
        Assert.NotEqual(plain.EncodePixels(pixels).Sum().Item<float>(), whole.EncodePixels(pixels).Sum().Item<float>());
    }

    [Theory]
    [MemberData(nameof(Llavas))]
    public void Names_that_match_in_other_parts_are_told_apart(string folder)
    {
        using var model = VisionLanguageModel.Load(folder);
        var config = new LoraConfig { R = 2, LoraAlpha = 4, TargetModules = ["q_proj"] };
        using var language = LoraAdapter.Create(model, [ModelPart.Language], config, 1);
        Assert.All(language.Modules, name => Assert.StartsWith("language_model.", name));
        Assert.Equal(model.Language.Config.NumHiddenLayers, language.Modules.Count());
        Assert.Equal(language.Modules, language.Config.TargetModules); // PEFT adapts the same modules with these settings
        var saved = Directory.CreateTempSubdirectory("praline-parts-").FullName;
        language.Save(saved);
        using var again = VisionLanguageModel.Load(folder);
        using var loaded = LoraAdapter.Load(again, saved);
        Assert.Equal(language.Modules, loaded.Modules);
        Assert.Equal([ModelPart.Language], loaded.Parts);
        Directory.Delete(saved, recursive: true);

        using var third = VisionLanguageModel.Load(folder);
        using var vision = LoraAdapter.Create(third, [ModelPart.VisionTower], config, 1);
        Assert.All(vision.Modules, name => Assert.StartsWith("vision_tower.", name));
    }

    public static TheoryData<string> Families => [.. Golden.Cases("llava15").Concat(Golden.Cases("llava_next")), "auroracap", "auroracap merging", "qwen2_vl"];

    /// <summary>The tower's layers computed twice, dropout and merged tokens included, against kept ones.</summary>
    [Theory]
    [MemberData(nameof(Families))]
    public void Computing_the_towers_layers_twice_changes_nothing(string family)
    {
        using var world = new TinyWorld(1);
        using var scope = new TensorScope();
        var load = new LoadOptions { DType = DType.Float64, TokenKeptRatio = family == "auroracap merging" ? 0.4 : 1 };
        using VisionLanguageModel model = family switch
        {
            "auroracap" or "auroracap merging" => AuroraCap.Create(world.Model, 3, load),
            "qwen2_vl" => VisionLanguageModel.Load(TinyQwen.Write(Path.Combine(world.Folder, "qwen"), ["What moves? A red square."]), load),
            _ => VisionLanguageModel.Load(family, load),
        };
        var media = new MediaSet([MediaReference.Video(Path.Combine(world.Data, "v0.mp4"))]);
        using var live = new LiveVision(model, new MediaReader(new FrameSampling { MinFrames = 2, MaxFrames = 2 }));
        using var generator = new Generator(1);
        using var adapter = LoraAdapter.Create(
            model, [ModelPart.VisionTower], new LoraConfig { R = 2, LoraAlpha = 4, LoraDropout = 0.3, TargetModules = ["all-linear"] }, 1, DType.Float64).WithRandomB();
        adapter.DropoutGenerator = generator;
        var whole = model.Parameters(ModelPart.VisionTower).Last(p => p.Value.Dim == 1 && p.Key.Contains("norm", StringComparison.Ordinal) && p.Key.Contains(".0.", StringComparison.Ordinal));
        whole.Value.RequiresGrad = true;
        var trained = adapter.Parameters.Append(whole).ToDictionary(p => p.Key, p => p.Value);
        Dictionary<string, Tensor?> Gradients(bool twice)
        {
            model.TowerCheckpointing = twice;
            generator.ManualSeed(8);
            live.Features([media])[0].Tokens.Pow(2).Sum().Backward();
            var result = trained.ToDictionary(p => p.Key, p => p.Value.Grad?.Clone());
            foreach (var parameter in trained.Values)
            {
                parameter.Grad = null;
            }

            return result;
        }

        live.Prepare([media], null, default);
        var (kept, again) = (Gradients(false), Gradients(true));
        Assert.Contains(kept.Values, gradient => gradient is not null && gradient.Abs().Sum().Item<double>() > 0);
        Assert.All(kept, gradient => Assert.Equal(gradient.Value?.ToArray<double>() ?? [], again[gradient.Key]?.ToArray<double>() ?? []));
    }

    /// <summary>Tokens computed in the step equal those computed beforehand, and the update's gradient equals a difference quotient.</summary>
    [Theory]
    [MemberData(nameof(Llavas))]
    public void Gradients_reach_the_tower_of_any_family(string folder)
    {
        using var world = new TinyWorld(1);
        using var scope = new TensorScope();
        using var model = VisionLanguageModel.Load(folder, new LoadOptions { DType = DType.Float64 });
        var media = new MediaSet([MediaReference.Video(Path.Combine(world.Data, "v0.mp4"))]);
        var reader = new MediaReader(new FrameSampling { MinFrames = 2, MaxFrames = 2 });
        using var live = new LiveVision(model, reader);
        using var frozen = new FrozenVision(model, reader);
        live.Prepare([media], null, default);
        frozen.Prepare([media], null, default);
        Assert.Equal(frozen.Counts(media), live.Counts(media));
        Close.Equal(frozen.Features([media])[0].Tokens, live.Features([media])[0].Tokens, 0, 0, "visual tokens");

        var config = new LoraConfig { R = 2, LoraAlpha = 4, LoraDropout = 0, TargetModules = ["q_proj", "linear_1"] };
        using var adapter = LoraAdapter.Create(model, [ModelPart.VisionTower, ModelPart.Projector], config, 1, DType.Float64).WithRandomB();
        Tensor Value() => live.Features([media])[0].Tokens.Pow(2).Sum();
        Value().Backward();
        foreach (var (name, parameter) in new[] { adapter.Parameters.First(p => p.Key.Contains("linear_1.lora_B")), adapter.Parameters.First(p => p.Key.Contains("q_proj.lora_A")) })
        {
            const double epsilon = 1e-5;
            using var noGrad = NoGrad.Begin();
            var number = parameter.Reshape(-1).Narrow(0, 0, 1);
            number.AddInPlace(number.OnesLike(), epsilon);
            var up = Value().Item<double>();
            number.AddInPlace(number.OnesLike(), -2 * epsilon);
            var down = Value().Item<double>();
            number.AddInPlace(number.OnesLike(), epsilon);
            var gradient = parameter.Grad!.ToArray<double>()[0];
            Assert.True(gradient != 0, name);
            Assert.Equal((up - down) / (2 * epsilon), gradient, 1e-4 * Math.Max(1, Math.Abs(gradient)));
        }
    }
}
