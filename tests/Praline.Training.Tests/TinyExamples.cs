using Praline.Models.Multimodal;
using Praline.Torch;
using Praline.Training.Data;
using Praline.Training.Lora;
using Praline.Training.Packing;
using Praline.Training.Tasks;

namespace Praline.Training.Tests;

/// <summary>Text-only examples of random tokens for a <see cref="TinyLlama"/>, and models in training on them.</summary>
internal static class TinyExamples
{
    public static List<TrainingExample> Make(int count, int responses, int seed = 3, int vocabulary = 61)
    {
        var random = new Random(seed);
        int[] Ids(int length) => [.. Enumerable.Range(0, length).Select(_ => random.Next(3, vocabulary))];
        return
        [
            .. Enumerable.Range(0, count).Select(i => new TrainingExample(
                $"example{i}",
                new PackedExample(new PromptTokens(Ids(random.Next(3, 9))), [.. Enumerable.Range(0, responses).Select(_ => new Response([.. Ids(random.Next(2, 8)), 2]))]))),
        ];
    }

    public static TrainedModel Full(TinyLlama model)
    {
        foreach (var parameter in model.Store.Parameters.Values)
        {
            parameter.RequiresGrad = true;
        }

        return new TrainedModel(model.Language, model.Store.Parameters, _ => { });
    }

    public static TrainedModel WithLora(TinyLlama model, LoraConfig? config = null)
    {
        var type = model.Language.DType;
        var adapter = LoraAdapter.Create(model.Store, config ?? new LoraConfig { R = 4, LoraAlpha = 8, LoraDropout = 0 }, 5, type).WithRandomB();
        return new TrainedModel(model.Language, adapter.Parameters, folder => adapter.Save(folder), adapter);
    }

    public static Dictionary<string, Tensor> Gradients(TrainedModel model)
    {
        var result = new Dictionary<string, Tensor>();
        foreach (var (name, parameter) in model.Trainable)
        {
            if (parameter.Grad is { } gradient)
            {
                result[name] = gradient.Clone();
                parameter.Grad = null;
            }
        }

        return result;
    }
}
