using Praline.Models.Checkpoints;
using Praline.Models.Generation;
using Praline.Torch;
using Praline.Torch.Nn;
using Praline.Torch.Serialization;

namespace Praline.Models.Language;

/// <summary>
/// A causal language model of the Llama family (Llama, Mistral, Qwen2, Qwen3), with the parameter names of transformers'
/// <c>LlamaForCausalLM</c>. It computes hidden states from embeddings, so that image features can stand among them; logits are
/// asked for separately, only where they are needed.
/// </summary>
public sealed class LlamaModel
{
    private readonly LlamaLayer[] _layers;
    private readonly RmsNorm _norm;
    private readonly string _layersPrefix;
    private readonly RotaryEmbedding _rotary;

    /// <summary>Takes the parameters <c>model.…</c> and <c>lm_head.…</c> at that place of a checkpoint.</summary>
    /// <param name="config">The shape.</param>
    /// <param name="weights">The place.</param>
    /// <param name="body">Where the parameters of <c>model</c> lie instead.</param>
    public LlamaModel(LlamaConfig config, Weights weights, Weights? body = null)
    {
        Config = config;
        Store = weights.Store;
        var model = body ?? weights["model"];
        _layersPrefix = model["layers"].Prefix + ".";
        EmbedTokens = new Embedding(model["embed_tokens"], config.VocabSize, config.HiddenSize);
        _layers = Weights.Repeat(config.NumHiddenLayers, i => new LlamaLayer(config, model["layers"][i], i));
        _norm = new RmsNorm(model["norm"], config.HiddenSize, config.RmsNormEps);
        _rotary = new RotaryEmbedding(config);
        var head = weights["lm_head"];
        LmHead = config.TieWordEmbeddings
            ? new Linear(head, EmbedTokens.Weight)
            : new Linear(head, config.HiddenSize, config.VocabSize, bias: false);

        // Older checkpoints carry tables that are computed here, tied ones sometimes a second copy of the embedding.
        var (mayIgnore, copy) = (Store.MayIgnore, head["weight"].Prefix);
        Store.MayIgnore = name => mayIgnore(name) || name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal)
            || (config.TieWordEmbeddings && name == copy);
    }

    /// <summary>The model's shape.</summary>
    public LlamaConfig Config { get; }

    /// <summary>All parameters, linear layers and embeddings by name.</summary>
    public ParameterStore Store { get; }

    /// <summary>The token embeddings [vocabulary, D].</summary>
    public Embedding EmbedTokens { get; }

    /// <summary>The output head [vocabulary, D]; shares the embedding's weight when they are tied.</summary>
    public Linear LmHead { get; }

    /// <summary>Lends layers their weights while they are computed; null while they have them always.</summary>
    public ILayerWeights? LayerWeights { get; set; }

    /// <summary>Where the parameters are.</summary>
    public Device Device => EmbedTokens.Weight.Device;

    /// <summary>The parameters' type.</summary>
    public DType DType => EmbedTokens.Weight.DType;

    /// <summary>
    /// Opens a Hugging Face folder. The weights are memory-mapped: without a conversion nothing is copied. The parameters belong to
    /// <see cref="Store"/>, which whoever loaded the model disposes.
    /// </summary>
    /// <exception cref="PralineException">The folder is not such a checkpoint, or weights are missing, misshapen or left over.</exception>
    public static LlamaModel Load(string folder, LoadOptions? options = null)
    {
        if (ModelRegistry.Identify(folder) is not (ModelKind.Language or ModelKind.AuroraCap) and var kind)
        {
            throw new PralineException($"{folder} holds a {kind} model; a language model was expected.");
        }

        options ??= new LoadOptions();
        var config = LlamaConfig.Read(folder);
        using var source = CheckpointSource.Open(folder);
        ITensorSource tensors = options.Progress is { } report ? new ReportingSource(source, report) : source;
        var store = new ParameterStore(tensors, LoadTypes.Of(source, options), options.Device);
        try
        {
            var model = new LlamaModel(config, store.Root);
            store.Verify();
            return model;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>The decoder layer whose parameter it is, from 0; null for those of no layer.</summary>
    public int? LayerOf(Tensor parameter)
    {
        var name = Store.Parameters.FirstOrDefault(p => ReferenceEquals(p.Value, parameter)).Key ?? "";
        var rest = name.StartsWith(_layersPrefix, StringComparison.Ordinal) ? name[_layersPrefix.Length..] : "";
        return rest.Length == 0 ? null : int.Parse(rest[..rest.IndexOf('.')], System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// Token embeddings: Int64 […] → […, D]; with a deep stack […, (1 + <see cref="LlamaConfig.DeepLayers"/>) · D], zeros being added after the first layers.
    /// </summary>
    public Tensor Embed(Tensor ids)
    {
        if (Config.DeepLayers == 0)
        {
            return EmbedTokens.Forward(ids);
        }

        using var scope = new TensorScope();
        return F.Pad(EmbedTokens.Forward(ids), [0, (long)Config.DeepLayers * Config.HiddenSize]).MoveToOuterScope();
    }

    /// <summary>Logits: […, D] → […, vocabulary]. Ask only for rows that are needed.</summary>
    public Tensor Logits(Tensor hidden) => LmHead.Forward(hidden);

    /// <summary>A padded batch, perhaps the continuation of cached tokens.</summary>
    /// <param name="inputsEmbeds">[B, T, D], or wider for a deep stack, see <see cref="Embed"/></param>
    /// <param name="positionIds">Int64 [B, T] ([3, B, T] for models with <c>mrope_section</c>)</param>
    /// <param name="keyMask">[B, cached + T], true for real tokens; null when all are.</param>
    /// <param name="cache">Where earlier keys and values are taken from and these are added to; null without.</param>
    /// <param name="hiddenStates">
    /// Filled, when given, as transformers' <c>output_hidden_states</c>: the embeddings, every layer's output, the last one normed.
    /// </param>
    /// <returns>[B, T, D], normed</returns>
    public Tensor Forward(
        Tensor inputsEmbeds, Tensor positionIds, Tensor? keyMask = null, KeyValueCache? cache = null, IList<Tensor>? hiddenStates = null)
    {
        using var scope = new TensorScope();
        var shape = inputsEmbeds.Shape;
        if (shape.Length != 3 || shape[2] != Config.EmbeddingWidth)
        {
            throw new ArgumentException($"Embeddings should be [batch, tokens, {Config.EmbeddingWidth}], found {inputsEmbeds.Describe()}.");
        }

        var positions = positionIds.Dim == 3 ? positionIds.Reshape(3, -1) : positionIds.Reshape(-1);
        var attention = new PaddedAttention(Config, shape[0], shape[1], keyMask, cache);
        try
        {
            Tensor Unflatten(Tensor state) => state.View(shape[0], shape[1], Config.HiddenSize).MoveToOuterScope();
            var hidden = Run(inputsEmbeds.Reshape(-1, shape[2]), positions, attention, state => hiddenStates?.Add(Unflatten(state)));
            return Unflatten(hidden);
        }
        finally
        {
            attention.Free();
        }
    }

    /// <summary>A packed stream of sequence trees.</summary>
    /// <param name="inputsEmbeds">[T, D] with T = <see cref="PackedLayout.Length"/></param>
    /// <param name="layout">Where prompts and responses lie.</param>
    /// <param name="positionIds">
    /// Int64 [T], or [3, T] for models with <c>mrope_section</c>; null as the layout says: 0… in each prompt, then on in each response.
    /// </param>
    /// <param name="checkpointing">
    /// Keep only each layer's input for the backward pass and compute the layer a second time there: about a third more work for a
    /// fraction of the memory.
    /// </param>
    /// <returns>[T, D], normed</returns>
    public Tensor ForwardPacked(Tensor inputsEmbeds, PackedLayout layout, Tensor? positionIds = null, bool checkpointing = false)
    {
        using var scope = new TensorScope();
        if (inputsEmbeds.Dim != 2 || inputsEmbeds.Size(0) != layout.Length || inputsEmbeds.Size(1) != Config.EmbeddingWidth)
        {
            throw new ArgumentException(
                $"Embeddings should be [{layout.Length}, {Config.EmbeddingWidth}] as the layout says, found {inputsEmbeds.Describe()}.");
        }

        var attention = new PackedAttention(Config, layout);
        try
        {
            var positions = positionIds ?? layout.PositionIds(inputsEmbeds.Device);
            return (checkpointing || LayerWeights is not null
                ? RunCheckpointed(inputsEmbeds, positions, layout)
                : Run(inputsEmbeds, positions, attention, null)).MoveToOuterScope();
        }
        finally
        {
            attention.Free();
        }
    }

    /// <summary>Any tokens [N, D] at their positions, under the caller's attention → [N, D], normed.</summary>
    internal Tensor ForwardTokens(Tensor x, Tensor positions, IAttention attention)
    {
        using var scope = new TensorScope();
        return Run(x, positions, attention, null).MoveToOuterScope();
    }

    /// <summary>[N, (1 + k) · D] → what goes into the first layer [N, D], and what is added after each of the first k.</summary>
    private (Tensor First, Tensor[] Deep) Unstack(Tensor x)
    {
        long width = Config.HiddenSize;
        return Config.DeepLayers == 0
            ? (x, [])
            : (x.Narrow(1, 0, width).Contiguous(), [.. Enumerable.Range(1, Config.DeepLayers).Select(k => x.Narrow(1, k * width, width))]);
    }

    private Tensor Run(Tensor embeddings, Tensor positions, IAttention attention, Action<Tensor>? observe)
    {
        var (x, deep) = Unstack(embeddings);
        var (cos, sin) = _rotary.At(positions, x.DType);
        observe?.Invoke(x.Alias());
        for (var i = 0; i < _layers.Length; i++)
        {
            using var previous = i == 0 ? null : x;
            using var weights = LayerWeights?.Use(i, i + 1 < _layers.Length ? i + 1 : null);
            x = _layers[i].Forward(x, cos, sin, attention);
            x = i < deep.Length ? x + deep[i] : x;
            if (i < _layers.Length - 1)
            {
                observe?.Invoke(x.Alias());
            }
        }

        var normed = _norm.Forward(x);
        observe?.Invoke(normed.Alias());
        return normed;
    }

    private Tensor RunCheckpointed(Tensor embeddings, Tensor positions, PackedLayout layout)
    {
        var (x, deep) = Unstack(embeddings);
        var (cos, sin) = _rotary.At(positions, x.DType);
        var generators = Store.Generators;
        var last = _layers.Length - 1;
        int? afterForward = NoGrad.IsGradEnabled ? last : null; // the backward pass begins where the forward pass ends
        for (var i = 0; i <= last; i++)
        {
            var (number, layer) = (i, _layers[i]);
            int? Next(bool again) => again ? (number > 0 ? number - 1 : null) : number < last ? number + 1 : afterForward;
            using var previous = i == 0 ? null : x;
            x = Checkpoint.Run(
                (input, constants) =>
                {
                    var attention = new PackedAttention(Config, layout);
                    try
                    {
                        return layer.Forward(input, constants[0], constants[1], attention);
                    }
                    finally
                    {
                        attention.Free();
                    }
                },
                x, [cos, sin], generators, LayerWeights is { } weights ? again => weights.Use(number, Next(again)) : null);
            x = i < deep.Length ? x + deep[i] : x;
        }

        return _norm.Forward(x);
    }
}
