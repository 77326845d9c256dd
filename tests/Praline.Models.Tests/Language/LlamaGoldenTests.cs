using Praline.Models.Generation;
using Praline.Models.Language;
using Praline.Testing;
using Praline.Torch;

namespace Praline.Models.Tests.Language;

/// <summary>
/// Llama, Mistral, Qwen2 and Qwen3 against numbers of transformers 4.46.1 and 5.12.1 (tests/golden, tolerances of its README).
/// </summary>
public sealed class LlamaGoldenTests
{
    public static TheoryData<string, string> Cases() => Golden.CasesOf("llama", "mistral", "qwen2", "qwen3");

    [Theory]
    [MemberData(nameof(Cases))]
    public void LogitsHiddenStatesLossAndGradients(string kind, string name)
    {
        Assert.SkipWhen(Golden.IsNone(name), "this golden folder has no such case");

        using var record = Golden.Record(kind, name);
        using var scope = new TensorScope();
        var folder = Golden.PathOf(kind, name);
        using var model = GoldenModel.Open(folder);
        var (inputs, expected) = GoldenModel.Numbers(folder);
        var (ids, mask) = (inputs["input_ids"], inputs["attention_mask"].To(DType.Bool));
        var (batch, length) = (ids.Size(0), ids.Size(1));
        var real = mask.ToArray<bool>();

        foreach (var parameter in model.Store.Parameters.Values)
        {
            parameter.RequiresGrad = true;
        }

        var plainPositions = Tensor.Arange(0, length, device: TestDevice.Current).Unsqueeze(0).Expand(batch, length);
        var states = new List<Tensor>();
        var logits = model.Llama.Logits(model.Llama.Forward(model.Llama.Embed(ids), plainPositions, mask, null, states));
        Close.Equal(expected["logits"], logits, 1e-4, 1e-4, "logits", PerElement(real, model.Llama.Config.VocabSize));
        foreach (var (key, state) in expected.Where(pair => pair.Key.StartsWith("hidden_states.", StringComparison.Ordinal)))
        {
            var index = int.Parse(key["hidden_states.".Length..]);
            Close.Equal(state, states[index], 1e-4, 1e-4, key, PerElement(real, model.Llama.Config.HiddenSize));
        }

        var loss = Loss(logits, inputs["labels"]);
        Close.Equal(expected["loss"], loss.View(1), 2e-5, 1e-5, "loss");
        loss.Backward();
        foreach (var (key, gradient) in expected.Where(pair => pair.Key.StartsWith("grad.", StringComparison.Ordinal)))
        {
            Close.Gradient(gradient, model.Store.Parameters[key["grad.".Length..]].Grad!, key);
        }

        var atPositions = model.Llama.Logits(model.Llama.Forward(model.Llama.Embed(ids), inputs["position_ids"], mask));
        Close.Equal(
            expected["logits_posids"], atPositions, 1e-4, 1e-4, "logits_posids", PerElement(real, model.Llama.Config.VocabSize));
        Close.Equal(expected["loss_posids"], Loss(atPositions, inputs["labels"]).View(1), 2e-5, 1e-5, "loss_posids");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void GreedyWithCacheInALeftPaddedBatch(string kind, string name)
    {
        Assert.SkipWhen(Golden.IsNone(name), "this golden folder has no such case");

        using var record = Golden.Record(kind, name);
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        var folder = Golden.PathOf(kind, name);
        using var model = GoldenModel.Open(folder);
        var (inputs, expected) = GoldenModel.Numbers(folder);
        var ids = inputs["input_ids"];
        var steps = expected["generated_ids"].Size(1) - ids.Size(1);
        var mask = inputs["attention_mask"].To(DType.Bool);
        var generatedLogits = expected.GetValueOrDefault("generated_logits");

        using var cache = new KeyValueCache(model.Llama.Config.NumHiddenLayers);
        var all = ids;
        var fresh = ids;
        var positions = inputs["position_ids"];
        for (var step = 0; step < steps; step++)
        {
            var hidden = model.Llama.Forward(model.Llama.Embed(fresh), positions, mask, cache);
            var logits = model.Llama.Logits(hidden.Select(1, hidden.Size(1) - 1));
            if (generatedLogits is not null && step < generatedLogits.Size(0))
            {
                Close.Equal(generatedLogits.Select(0, step), logits, 1e-4, 1e-4, $"step {step}");
            }

            fresh = logits.Argmax(-1, keepDim: true);
            all = Tensor.Cat([all, fresh], 1);
            mask = Tensor.Cat([mask, Tensor.Ones([ids.Size(0), 1], DType.Bool, TestDevice.Current)], 1);
            positions = positions.Select(1, positions.Size(1) - 1).Unsqueeze(1) + 1;
        }

        Close.Equal(expected["generated_ids"], all, 0, 0, "generated_ids");
    }

    private static bool[] PerElement(bool[] rows, int width) => [.. rows.SelectMany(row => Enumerable.Repeat(row, width))];

    private static Tensor Loss(Tensor logits, Tensor labels)
    {
        var length = logits.Size(1) - 1;
        return F.CrossEntropy(
            logits.Narrow(1, 0, length).Reshape(-1, logits.Size(2)), labels.Narrow(1, 1, length).Reshape(-1));
    }
}
