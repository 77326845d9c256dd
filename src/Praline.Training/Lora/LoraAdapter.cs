using Praline.Models.Multimodal;
using Praline.Torch;
using Praline.Torch.Nn;
using Praline.Torch.Serialization;

namespace Praline.Training.Lora;

/// <summary>
/// A LoRA adapter on a model: made fresh or loaded from PEFT's files, switched on and off, saved, merged. The base weights are never
/// touched unless <see cref="MergeInto"/> is called, but for norms, biases and modules of the vision part that the adapter's file has whole
/// (see <see cref="ReplacesWeights"/>).
/// </summary>
public sealed class LoraAdapter : IDisposable
{
    private const string Prefix = "base_model.model.";
    private const string FileName = "adapter_model.safetensors";
    private readonly List<ILoraModule> _modules = [];
    private readonly List<(string Name, Tensor Weight, bool Trains)> _replaced = [];
    private ParameterStore? _language;

    private LoraAdapter(LoraConfig config) => Config = config;

    /// <summary>The settings.</summary>
    public LoraConfig Config { get; }

    /// <summary>False computes the base model: the reference of DPO.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// Where dropout draws its masks from; null (the default) means evaluation, without dropout. The trainer seeds it for each
    /// micro-batch, so that a resumed run draws the same.
    /// </summary>
    public Generator? DropoutGenerator { get; set; }

    /// <summary>
    /// The rows of the stream that is computed, for masks that belong to examples: the same however a batch is cut into
    /// micro-batches and shared among processes. Null, and where it does not apply (GPUs, the output layer): <see cref="DropoutGenerator"/>.
    /// </summary>
    internal DropoutRows? DropoutRows { get; set; }

    /// <summary>The names of the adapted modules.</summary>
    public IEnumerable<string> Modules => _modules.Select(module => module.Module);

    /// <summary>The trained tensors by PEFT's full names.</summary>
    public IReadOnlyDictionary<string, Tensor> Parameters =>
        _modules.SelectMany(module => module.Parameters)
            .Concat(_replaced.Where(w => w.Trains).Select(w => KeyValuePair.Create(w.Name, w.Weight)))
            .ToDictionary(p => Prefix + p.Key, p => p.Value, StringComparer.Ordinal);

    /// <summary>Whether weights of the model itself were replaced: other adapters beside this one, and the model without it, see them too.</summary>
    public bool ReplacesWeights => _replaced.Count > 0;

    /// <summary>Whether it changes more than outputs of linear layers: embeddings, or the model's own weights.</summary>
    public bool ChangesEmbeddings => _modules.Any(module => module is IEmbeddingAdapter and not TrainableTokens { IsEmbedding: false });

    /// <summary>The parts of the model that the adapter is on; the language model when it was put on a store.</summary>
    public IReadOnlyList<ModelPart> Parts { get; private set; } = [ModelPart.Language];

    /// <summary>Puts a fresh adapter on some parts of a vision-language model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="parts">The parts whose modules may be adapted.</param>
    /// <param name="config">
    /// The settings. When targets match modules of other parts too, the adapter's own settings list the adapted modules by their full names.
    /// </param>
    /// <param name="seed">Where the random numbers come from.</param>
    /// <param name="dtype">The adapter's type.</param>
    /// <exception cref="PralineException">No module matches the targets.</exception>
    public static LoraAdapter Create(VisionLanguageModel model, IReadOnlyList<ModelPart> parts, LoraConfig config, ulong seed, DType dtype = DType.Float32)
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        var sites = LoraSites.Of(model, parts);
        var others = LoraSites.Of(model, [.. Enum.GetValues<ModelPart>().Except(parts)]);
        var elsewhere = others.Linears.Any(l => LoraTargets.Matches(config, l.Key, IsHead(l.Key)));
        var adapter = new LoraAdapter(elsewhere ? config with { TargetModules = [.. sites.Matching(config)], TargetIsPattern = false } : config) { Parts = parts };
        adapter.Build(sites, (name, shape) => LoraInitialization.Make(name, shape, seed, dtype).To(sites.Device), trainable: true, fresh: true);
        return adapter;
    }

    /// <summary>
    /// Puts an adapter on a vision-language model that PEFT or Praline saved: on the language model as its settings say, on the vision part where
    /// the file has tensors for it.
    /// </summary>
    /// <exception cref="PralineException">It does not fit the model; the message lists the keys.</exception>
    public static LoraAdapter Load(VisionLanguageModel model, string folder, bool trainable = false, DType dtype = DType.Float32)
    {
        using var scope = new TensorScope();
        using var file = SafetensorsFile.Open(Path.Combine(folder, FileName));
        var stored = Stored(file.Tensors.Keys);
        bool Has(string module) => file.Tensors.ContainsKey(Prefix + stored($"{module}.lora_A.weight"));
        ModelPart[] parts = [.. Enum.GetValues<ModelPart>().Where(part => part == ModelPart.Language || model.Linears(part).Any(l => Has(l.Key)))];
        var all = LoraSites.Of(model, parts);
        var language = LoraSites.Of(model, [ModelPart.Language]).Linears.Select(l => l.Key).ToHashSet(StringComparer.Ordinal);
        var adapter = Load(all with { Linears = [.. all.Linears.Where(l => language.Contains(l.Key) || Has(l.Key))] }, folder, trainable, dtype);
        adapter.Parts = [.. parts.Where(part => part != ModelPart.Language || adapter.Modules.Any(language.Contains))];
        return adapter;
    }

    /// <summary>
    /// Puts a fresh adapter on a model: A is uniform, B zero, so that at first nothing changes. Each module's numbers depend on the
    /// seed and its name only.
    /// </summary>
    /// <param name="store">The model's modules.</param>
    /// <param name="config">The settings.</param>
    /// <param name="seed">Where the random numbers come from.</param>
    /// <param name="dtype">The adapter's type: single precision unless the base is double.</param>
    /// <exception cref="PralineException">No module matches the targets.</exception>
    public static LoraAdapter Create(ParameterStore store, LoraConfig config, ulong seed, DType dtype = DType.Float32)
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        var adapter = new LoraAdapter(config);
        adapter.Build(LoraSites.Of(store), (name, shape) => LoraInitialization.Make(name, shape, seed, dtype).To(store.Device), trainable: true, fresh: true);
        return adapter;
    }

    /// <summary>Puts an adapter on a language model that PEFT or Praline saved.</summary>
    /// <param name="store">The model's modules.</param>
    /// <param name="folder">The folder with <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</param>
    /// <param name="trainable">Whether training goes on with it.</param>
    /// <param name="dtype">The type its tensors are converted to.</param>
    /// <exception cref="PralineException">It does not fit the model; the message lists the keys.</exception>
    public static LoraAdapter Load(ParameterStore store, string folder, bool trainable = false, DType dtype = DType.Float32) =>
        Load(LoraSites.Of(store), folder, trainable, dtype);

    private static LoraAdapter Load(LoraSites sites, string folder, bool trainable, DType dtype)
    {
        using var scope = new TensorScope();
        var config = LoraConfig.Read(folder);
        var adapter = new LoraAdapter(config);
        using var file = SafetensorsFile.Open(Path.Combine(folder, FileName));
        var stored = Stored(file.Tensors.Keys);
        var left = file.Tensors.Keys.ToHashSet(StringComparer.Ordinal);
        var problems = new List<string>();

        // The model's name of a tensor to the file's, whatever version of transformers it was made with; null when it does not fit.
        Tensor? Take(string name, long[] shape)
        {
            var key = Prefix + stored(name);
            if (!left.Remove(key))
            {
                problems.Add($"missing: {key}");
                return null;
            }

            var tensor = file.Read(key);
            if (tensor.Shape.AsSpan().SequenceEqual(shape))
            {
                return tensor;
            }

            problems.Add($"misshapen: {key} is [{string.Join(", ", tensor.Shape)}], expected [{string.Join(", ", shape)}]");
            return null;
        }

        try
        {
            adapter.Build(sites, (name, shape) => Take(name, shape)?.To(sites.Device, dtype).Clone() ?? Tensor.Zeros(shape), trainable, fresh: false);
            CheckTiedHead();
            var replaced = Replaced().ToList();
            problems.AddRange(left.Order(StringComparer.Ordinal).Select(key => $"unexpected: {key}"));
            if (problems.Count > 0)
            {
                throw new PralineException($"The adapter in {folder} does not fit the model:\n  " + string.Join("\n  ", problems.Take(20)));
            }

            using var noGrad = NoGrad.Begin();
            foreach (var (name, weight, tensor, keep) in replaced)
            {
                var value = tensor!.To(weight.Device, weight.DType);
                if (keep || !value.Eq(weight).All().Item<bool>())
                {
                    weight.CopyInPlace(value);
                    var trains = trainable && keep && sites.IsLanguage(weight);
                    weight.RequiresGrad |= trains;
                    adapter._replaced.Add((name, weight, trains));
                }
            }

            TrainBiases();
            return adapter;
        }
        catch
        {
            adapter.Dispose();
            throw;
        }

        // Biases go on training, those too that PEFT left out of the file (of adapted layers, with lora_only).
        void TrainBiases()
        {
            bool Adapted(string name) => adapter._modules.Any(module => name == $"{module.Module}.bias");
            var ours = adapter._modules.Select(module => module.BaseBias).OfType<Tensor>().ToList();
            foreach (var (name, weight) in sites.Weights.Where(w => trainable && w.Key.EndsWith(".bias", StringComparison.Ordinal) && sites.IsLanguage(w.Value)))
            {
                var known = ours.Any(bias => ReferenceEquals(bias, weight)) || adapter._replaced.Any(w => ReferenceEquals(w.Weight, weight));
                if (!known && (config.Bias == "all" || (config.Bias == "lora_only" && Adapted(name))))
                {
                    weight.RequiresGrad = true;
                    adapter._replaced.Add((Adapted(name) ? name[..^"bias".Length] + "base_layer.bias" : name, weight, true));
                }
            }
        }

        // With ensure_weight_tying the file has the one weight twice.
        void CheckTiedHead()
        {
            foreach (var head in adapter._modules.OfType<WholeLinear>().Where(module => module.Tied && left.Contains(Prefix + stored($"{module.Module}.weight"))))
            {
                var (name, weight) = head.Stored.First();
                if (Take(name, weight.Shape) is { } copy && !copy.To(weight.Device, weight.DType).Eq(weight).All().Item<bool>())
                {
                    problems.Add($"{Prefix}{name} differs from the embedding that it should be tied to (ensure_weight_tying)");
                }
            }
        }

        // What stands in place of the model's own: norms and other modules that were saved whole, biases that trained, and the weights below an adapted
        // embedding or head, which PEFT adds (where they are the model's, nothing changes).
        IEnumerable<(string Name, Tensor Weight, Tensor? Stored, bool Keep)> Replaced()
        {
            foreach (var (name, weight) in sites.Weights)
            {
                var module = name[..Math.Max(0, name.LastIndexOf('.'))];
                var below = $"{module}.base_layer{name[module.Length..]}";
                var isBias = name.EndsWith(".bias", StringComparison.Ordinal) && config.Bias != "none";
                var whole = left.Contains(Prefix + stored(name)) && (IsWhole(config, name) || isBias);
                if (whole || (left.Contains(Prefix + stored(below)) && adapter._modules.Any(m => m.Module == module) && (isBias || name.EndsWith(".weight", StringComparison.Ordinal))))
                {
                    var from = whole ? name : below;
                    yield return (from, weight, Take(from, weight.Shape), whole || isBias);
                }
            }

            // Of layers that are not adapted PEFT does not read them; a head that shares the embedding's weight has it there.
            foreach (var key in left.Where(key => key.EndsWith(".base_layer.weight", StringComparison.Ordinal)).ToList())
            {
                left.Remove(key);
            }
        }
    }

    /// <summary>Writes <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>, which PEFT loads.</summary>
    /// <param name="folder">Where they go.</param>
    /// <param name="modules">Whole modules that trained beside the adapter, PEFT's <c>modules_to_save</c>; null for none.</param>
    /// <param name="weights">Their parameters by the model's names.</param>
    public void Save(string folder, IReadOnlyList<string>? modules = null, IEnumerable<KeyValuePair<string, Tensor>>? weights = null)
    {
        Directory.CreateDirectory(folder);
        var tensors = _modules.SelectMany(module => module.Stored).Concat(_replaced.Select(w => KeyValuePair.Create(w.Name, w.Weight))).Concat(weights ?? []);
        var named = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, tensor) in tensors)
        {
            named[Prefix + name] = tensor;
        }

        SafetensorsWriter.Write(Path.Combine(folder, FileName), named);
        (Config with { ModulesToSave = [.. Config.ModulesToSave.Union(modules ?? [])] }).Write(folder);
    }

    /// <summary>The adapted modules' weights with the updates added in, by checkpoint name (<c>….weight</c>).</summary>
    public Dictionary<string, Tensor> MergedWeights() =>
        _modules.ToDictionary(module => $"{module.Module}.weight", module => module.MergedWeight(), StringComparer.Ordinal);

    /// <summary>
    /// Adds the updates to the base weights in memory and takes the adapter away. An output layer that shares the embedding's weight gets one of its
    /// own where the adapter changes one of the two, or both differently, as with PEFT's <c>merge_and_unload</c>.
    /// </summary>
    /// <exception cref="PralineException">A bias has no place in the model.</exception>
    public void MergeInto()
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        var merged = _modules.Select(module => (Module: module, Weight: module.MergedWeight(), Bias: module.MergedBias())).ToList();
        foreach (var (module, _, _) in merged)
        {
            module.Detach();
            if (module is not TrainableTokens && !_modules.Any(other => other is WholeLinear { Tied: true } && ReferenceEquals(other.BaseWeight, module.BaseWeight)))
            {
                Untie(module.BaseWeight);
            }
        }

        foreach (var (module, weight, bias) in merged)
        {
            module.BaseWeight.CopyInPlace(weight);
            if (bias is not null)
            {
                module.BaseBias!.CopyInPlace(bias);
            }
        }
    }

    /// <summary>Gives a weight that an embedding and an output layer share to the embedding alone.</summary>
    private void Untie(Tensor weight)
    {
        if (_language!.Embeddings.Values.Any(embedding => ReferenceEquals(embedding.Weight, weight)))
        {
            foreach (var head in _language.Linears.Values.Where(linear => ReferenceEquals(linear.Weight, weight)))
            {
                head.Untie(_language);
            }
        }
    }

    /// <summary>Takes the adapter off the model and frees it.</summary>
    public void Dispose()
    {
        foreach (var module in _modules)
        {
            module.Detach();
            module.Free();
            foreach (var (_, tensor) in module.Parameters)
            {
                tensor.Dispose();
            }
        }

        _modules.Clear();
    }

    private void Build(LoraSites sites, Func<string, long[], Tensor> make, bool trainable, bool fresh)
    {
        _language = sites.Language;
        Tensor Parameter(string name, params long[] shape) => Owned(make(name, shape));

        // What replaces a weight starts as that weight.
        Tensor Copy(string name, Tensor weight) => fresh ? Owned(weight.Detach().To(make(name, [1]).DType).Clone()) : Parameter(name, weight.Shape);

        Tensor Owned(Tensor tensor)
        {
            tensor = tensor.DetachFromScope();
            tensor.RequiresGrad = trainable;
            return tensor;
        }

        foreach (var (name, layer) in sites.Linears.Where(l => LoraTargets.Matches(Config, l.Key, IsHead(l.Key))).OrderBy(l => l.Key, StringComparer.Ordinal))
        {
            var (output, input) = (layer.Weight.Size(0), layer.Weight.Size(1));
            var rank = LoraTargets.Rank(Config, name);
            var a = Parameter($"{name}.lora_A.weight", rank, input);
            var b = Parameter($"{name}.lora_B.weight", output, rank);
            var magnitude = Config.UseDora ? Parameter($"{name}.lora_magnitude_vector", output) : null;
            var bias = Config.LoraBias ? Parameter($"{name}.lora_B.bias", output) : null;
            var scaling = LoraTargets.Scaling(Config, name);
            var start = LoraStart.Of(Config.InitLoraWeights, layer.Weight, rank, scaling);
            if (fresh && start is not null)
            {
                throw new PralineException($"Adapters that start from the weights (init_lora_weights {Config.InitLoraWeights}) are read, not made: leave it out.");
            }

            var module = new LoraLinear(this, name, layer, scaling, a, b, magnitude, bias, start);
            if (magnitude is not null && magnitude.Eq(0).All().Item<bool>())
            {
                using var noGrad = NoGrad.Begin();
                magnitude.CopyInPlace(module.WeightNorm());
            }

            _modules.Add(module);
        }

        foreach (var (name, layer) in sites.Embeddings.Where(e => Config.TargetModules is not ["all-linear"] && LoraTargets.Matches(Config, e.Key, isOutputHead: false)))
        {
            if (Config.LoraBias)
            {
                throw new PralineException($"lora_bias has no meaning for the embedding {name}: leave it out of target_modules, or set lora_bias to false.");
            }

            if (Config.EnsureWeightTying && sites.TiedHead(layer) is not null)
            {
                throw new PralineException($"An update of {name} with ensure_weight_tying, which shares it with the output layer, is not supported. Merge the adapter with PEFT and use the merged checkpoint.");
            }

            var rank = LoraTargets.Rank(Config, name);
            var a = Parameter($"{name}.lora_embedding_A", rank, layer.Weight.Size(0));
            var b = Parameter($"{name}.lora_embedding_B", layer.Weight.Size(1), rank);
            var magnitude = Config.UseDora ? Parameter($"{name}.lora_magnitude_vector", layer.Weight.Size(1)) : null;
            var module = new LoraEmbedding(this, layer, LoraTargets.Scaling(Config, name), a, b, magnitude);
            if (magnitude is not null && magnitude.Eq(0).All().Item<bool>())
            {
                using var noGrad = NoGrad.Begin();
                magnitude.CopyInPlace(module.WeightNorm());
            }

            _modules.Add(module);
        }

        foreach (var (name, layer) in sites.Embeddings.Where(e => IsWhole(Config, $"{e.Key}.weight")))
        {
            _modules.Add(new WholeEmbedding(this, layer, Copy($"{name}.weight", layer.Weight)));
        }

        foreach (var (name, layer) in sites.Linears)
        {
            var tied = Config.EnsureWeightTying ? _modules.OfType<WholeEmbedding>().FirstOrDefault(embedding => ReferenceEquals(embedding.BaseWeight, layer.Weight)) : null;
            if (tied is not null)
            {
                _modules.Add(new WholeLinear(this, name, layer, tied.Weight, null, tied: true));
            }
            else if (IsWhole(Config, $"{name}.weight"))
            {
                var bias = layer.Bias is null ? null : Copy($"{name}.bias", layer.Bias);
                _modules.Add(new WholeLinear(this, name, layer, Copy($"{name}.weight", layer.Weight), bias, tied: false));
            }
        }

        AddTrainableTokens(sites, Copy);
        if (_modules.Count == 0)
        {
            throw new PralineException(
                $"No module matches target_modules [{string.Join(", ", Config.TargetModules)}]. The model has: "
                + string.Join(", ", sites.Linears.Select(l => l.Key).Select(k => k[(k.LastIndexOf('.') + 1)..]).Distinct()) + ".");
        }

        _modules.ForEach(module => module.Attach());
    }

    private void AddTrainableTokens(LoraSites sites, Func<string, Tensor, Tensor> copy)
    {
        foreach (var (target, ids) in Config.TrainableTokenIndices)
        {
            bool Named(string module) => target.Length == 0 || module == target || module.EndsWith($".{target}", StringComparison.Ordinal);
            var embedding = sites.Embeddings.Select(e => e.Value).FirstOrDefault(e => Named(e.Name));
            var head = embedding is not null ? sites.TiedHead(embedding)?.Value : sites.Linears.Select(l => l.Value).FirstOrDefault(l => Named(l.Name));
            var weight = embedding?.Weight ?? head?.Weight;
            var name = embedding?.Name ?? head?.Name;
            if (weight is null || (embedding is null && sites.Embeddings.Any(e => ReferenceEquals(e.Value.Weight, weight))))
            {
                throw new PralineException($"trainable_token_indices names '{target}', {(weight is null ? "which the model does not have" : "which shares the embedding's weight: name the embedding instead")}.");
            }

            if (_modules.FirstOrDefault(module => ReferenceEquals(module.BaseWeight, weight)) is { } other)
            {
                throw new PralineException($"trainable_token_indices names tokens of {name}, and {other.Module} is adapted in another way too: give one of them up.");
            }

            if (ids.Count == 0 || ids.Any(id => id < 0 || id >= weight.Size(0)) || ids.Distinct().Count() != ids.Count)
            {
                throw new PralineException($"trainable_token_indices of {name} should be different tokens from 0 to {weight.Size(0) - 1}, found [{string.Join(", ", ids)}].");
            }

            using var index = Tensor.From<long>(ids.Select(id => (long)id).ToArray(), ids.Count);
            using var rows = weight.Detach().IndexSelect(0, index.To(weight.Device));
            _modules.Add(new TrainableTokens(this, embedding, head, ids, copy($"{name}.token_adapter.trainable_tokens_delta", rows)));
        }
    }

    /// <summary>
    /// Whether a parameter belongs to a module that the adapter brings whole: as PEFT has it, one whose name ends with the given letters.
    /// </summary>
    private static bool IsWhole(LoraConfig config, string parameter)
    {
        for (var end = parameter.LastIndexOf('.'); end > 0; end = parameter.LastIndexOf('.', end - 1))
        {
            if (config.ModulesToSave.Any(module => parameter[..end].EndsWith(module, StringComparison.Ordinal)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Maps the model's names of tensors to those in a file, see <see cref="WeightNames"/>.</summary>
    private static Func<string, string> Stored(IEnumerable<string> keys) =>
        WeightNames.Resolver([.. keys.Select(key => key.StartsWith(Prefix, StringComparison.Ordinal) ? key[Prefix.Length..] : key)]);

    internal static bool IsHead(string module) => module == "lm_head" || module.EndsWith(".lm_head", StringComparison.Ordinal);
}
