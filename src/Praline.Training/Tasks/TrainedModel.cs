using Praline.Data;
using Praline.Models.Language;
using Praline.Models.Multimodal;
using Praline.Torch;
using Praline.Torch.Distributed;
using Praline.Training.Data;
using Praline.Training.LogProbs;
using Praline.Training.Lora;
using Praline.Training.Objectives;
using Praline.Training.Packing;

namespace Praline.Training.Tasks;

/// <summary>A model in training, as the tasks see it.</summary>
public sealed class TrainedModel : IDisposable
{
    private readonly Generator? _dropout;
    private ulong? _dropoutSeed;
    private readonly Action<string> _export;

    /// <summary>Puts the parts together.</summary>
    /// <param name="language">The language model.</param>
    /// <param name="trainable">The tensors that train, by name.</param>
    /// <param name="export">Writes the result of training into a folder.</param>
    /// <param name="adapter">The adapter on it, if any.</param>
    /// <param name="vision">Where visual tokens come from; null for text only.</param>
    public TrainedModel(
        LlamaModel language, IReadOnlyDictionary<string, Tensor> trainable, Action<string> export, LoraAdapter? adapter = null,
        IVisionSource? vision = null)
    {
        (Language, Trainable, _export, Adapter, Vision) = (language, trainable, export, adapter, vision);
        WeightBytes = language.Store.Parameters.Values.Sum(p => p.Numel * (long)p.DType.Size());
        _dropout = adapter is { Config.LoraDropout: > 0 } ? new Generator(0, language.Device) : null;
    }

    /// <summary>The language model.</summary>
    public LlamaModel Language { get; }

    /// <summary>The adapter, if one trains.</summary>
    public LoraAdapter? Adapter { get; }

    /// <summary>Where visual tokens come from; null for text only.</summary>
    public IVisionSource? Vision { get; }

    /// <summary>The tensors that train, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> Trainable { get; }

    /// <summary>Bytes of all the model's weights, the vision part's too.</summary>
    public long WeightBytes { get; init; }

    /// <summary>The processes that train it together.</summary>
    public World World { get; init; } = World.Single;

    /// <summary>Elements of the largest block of logits.</summary>
    public long MaxLogits { get; init; } = new AnswerOptions().MaxLogits;

    /// <summary>How supervised losses average.</summary>
    public LossAverage LossAverage { get; init; }

    /// <summary>Compute layers a second time in the backward pass instead of keeping what they computed.</summary>
    public bool Checkpointing { get; init; }

    /// <summary>A prompt's positions as its family has them, see <see cref="VisionLanguageModel.PositionIds"/>. Null for plain positions.</summary>
    public Func<PromptTokens, VisionFeatures?, Tensor?>? PositionIds { get; init; }

    /// <summary>
    /// Turns dropout on for one micro-batch; disposing turns it off. Masks are functions of the seed and the examples: micro-batches of
    /// one step have the same seed.
    /// </summary>
    public IDisposable Training(ulong seed)
    {
        if (Adapter is null || _dropout is null)
        {
            return new Switch(() => { });
        }

        _dropoutSeed = seed;
        Adapter.DropoutGenerator = _dropout;
        return new Switch(() =>
        {
            Adapter.DropoutGenerator = null;
            (_dropoutSeed, Adapter.DropoutRows) = (null, null);
        });
    }

    /// <summary>Switches the adapter off until disposed: the reference model.</summary>
    public IDisposable WithoutAdapter()
    {
        if (Adapter is not { Enabled: true })
        {
            return new Switch(() => { });
        }

        Adapter.Enabled = false;
        return new Switch(() => Adapter.Enabled = true);
    }

    /// <summary>Hidden states that predict the learnt tokens of packed examples, with a graph unless gradients are off.</summary>
    /// <returns>[n, D], the targets Int64 [n], learnt tokens per response, and the tokens computed.</returns>
    public (Tensor Hidden, Tensor Targets, IReadOnlyList<long> Lengths, int Computed) Forward(IReadOnlyList<TrainingExample> examples)
    {
        if (_dropoutSeed is { } seed)
        {
            _dropout!.ManualSeed(Engine.Seeds.Derive(seed, examples[0].Stream)); // for layers beside the language model's
        }

        using var scope = new TensorScope();
        MediaSet[] media = [.. examples.SelectMany(e => e.Media)];
        var queue = new Queue<VisionFeatures>(media.Length == 0 ? [] : Vision!.Features(media));
        VisionFeatures?[] features = [.. examples.Select(e => e.Media.Count switch
        {
            0 => null,
            1 => queue.Dequeue(),
            var several => VisionFeatures.Concat([.. Enumerable.Range(0, several).Select(_ => queue.Dequeue())]),
        })];
        var stream = PackedStream.Build(Language, [.. examples.Select(e => e.Packed)], features);
        SeedDropout(examples, stream.Layout);
        var hidden = Language.ForwardPacked(stream.Embeddings, stream.Layout, Positions(stream, examples, features), Checkpointing);
        return (hidden.IndexSelect(0, stream.Rows).MoveToOuterScope(), stream.Targets.MoveToOuterScope(), stream.Lengths, stream.Layout.Length);
    }

    /// <summary>
    /// What <paramref name="compute"/> makes of each part, in order, on every rank: ranks share the parts out and tell each other.
    /// </summary>
    /// <param name="parts">How many parts there are.</param>
    /// <param name="compute">Computes the part of that number; what it gives travels as JSON.</param>
    public IReadOnlyList<T> Shared<T>(int parts, Func<int, T> compute)
    {
        T[] own = [.. Enumerable.Range(0, parts).Where(World.Owns).Select(compute)];
        Language.LayerWeights?.Settle();
        var ranks = World.Gather(own);
        return [.. Enumerable.Range(0, parts).Select(part => ranks[part % World.Size][part / World.Size])];
    }

    /// <summary>Tokens of an example as it is computed.</summary>
    public int LengthOf(TrainingExample example) =>
        example.Packed.LengthWith(example.Media.SelectMany(media => Vision!.Counts(media)));

    /// <summary>Tokens of an example's prompt and its longest response: what a model's context has to hold.</summary>
    public int LongestSequence(TrainingExample example) =>
        example.Packed.Prompt.LengthWith(example.Media.SelectMany(media => Vision!.Counts(media))) + example.Packed.Responses.Max(r => r.Ids.Count);

    /// <summary>Writes the result of training into a folder.</summary>
    public void Export(string folder) => _export(folder);

    /// <inheritdoc/>
    public void Dispose()
    {
        _dropout?.Dispose();
        Adapter?.Dispose();
        Vision?.Dispose();
    }

    private void SeedDropout(IReadOnlyList<TrainingExample> examples, PackedLayout layout)
    {
        if (_dropoutSeed is { } seed && Adapter!.Enabled)
        {
            Adapter.DropoutRows = new DropoutRows(seed, [.. examples.Select(e => e.Stream)], layout);
        }
    }

    private Tensor? Positions(PackedStream stream, IReadOnlyList<TrainingExample> examples, VisionFeatures?[] features)
    {
        if (PositionIds is null)
        {
            return null;
        }

        using var noGrad = NoGrad.Begin();
        return PackedPositions.For(stream.Layout, [.. examples.Select((e, i) => PositionIds(e.Packed.Prompt, features[i]))], Language.Device);
    }

    private sealed class Switch(Action off) : IDisposable
    {
        public void Dispose() => off();
    }
}
