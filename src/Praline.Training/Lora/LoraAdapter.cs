using Praline.Models.Multimodal;
using Praline.Torch;
using Praline.Torch.Nn;
using Praline.Torch.Serialization;

namespace Praline.Training.Lora;

/// <summary>
/// A LoRA adapter on a model: made fresh or loaded from PEFT's files, switched on and off, saved, merged. The base weights are never
/// touched unless <see cref="MergeInto"/> is called.
/// </summary>
public sealed class LoraAdapter : IDisposable
{
    private const string Prefix = "base_model.model.";
    private const string FileName = "adapter_model.safetensors";
    private readonly List<ILoraModule> _modules = [];

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
        _modules.SelectMany(module => module.Parameters).ToDictionary(p => Prefix + p.Key, p => p.Value, StringComparer.Ordinal);

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
        adapter.Build(sites, (name, shape) => LoraInitialization.Make(name, shape, seed, dtype).To(sites.Device), trainable: true);
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
        adapter.Build(LoraSites.Of(store), (name, shape) => LoraInitialization.Make(name, shape, seed, dtype).To(store.Device), trainable: true);
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

        adapter.Build(sites, (name, shape) => Take(name, shape)?.To(sites.Device, dtype).Clone() ?? Tensor.Zeros(shape), trainable);
        var whole = sites.Weights.Where(w => left.Contains(Prefix + stored(w.Key)) && IsWhole(config, w.Key))
            .Select(w => (Weight: w.Value, Stored: Take(w.Key, w.Value.Shape))).ToArray();

        // PEFT adds the base's own weights where an embedding or the head is adapted.
        left.RemoveWhere(key => key.EndsWith(".base_layer.weight", StringComparison.Ordinal));
        problems.AddRange(left.Order(StringComparer.Ordinal).Select(key => $"unexpected: {key}"));
        if (problems.Count > 0)
        {
            adapter.Dispose();
            throw new PralineException($"The adapter in {folder} does not fit the model:\n  " + string.Join("\n  ", problems.Take(20)));
        }

        using var noGrad = NoGrad.Begin();
        foreach (var (weight, tensor) in whole)
        {
            weight.CopyInPlace(tensor!.To(weight.Device, weight.DType));
        }

        return adapter;
    }

    /// <summary>Writes <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>, which PEFT loads.</summary>
    /// <param name="folder">Where they go.</param>
    /// <param name="modules">Whole modules that trained beside the adapter, PEFT's <c>modules_to_save</c>; null for none.</param>
    /// <param name="weights">Their parameters by the model's names.</param>
    public void Save(string folder, IReadOnlyList<string>? modules = null, IEnumerable<KeyValuePair<string, Tensor>>? weights = null)
    {
        Directory.CreateDirectory(folder);
        var whole = (weights ?? []).Select(w => KeyValuePair.Create(Prefix + w.Key, w.Value));
        SafetensorsWriter.Write(Path.Combine(folder, FileName), Parameters.Concat(whole).ToDictionary(StringComparer.Ordinal));
        (Config with { ModulesToSave = modules ?? [] }).Write(folder);
    }

    /// <summary>The adapted modules' weights with the updates added in, by checkpoint name (<c>….weight</c>).</summary>
    public Dictionary<string, Tensor> MergedWeights() =>
        _modules.ToDictionary(module => $"{module.Module}.weight", module => module.MergedWeight(), StringComparer.Ordinal);

    /// <summary>Adds the updates to the base weights in memory and takes the adapter away.</summary>
    /// <exception cref="PralineException">Two adapted modules share one weight (a tied head), which can't take both updates.</exception>
    public void MergeInto()
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        foreach (var module in _modules)
        {
            var merged = module.MergedWeight();
            module.Detach();
            module.BaseWeight.CopyInPlace(merged);
        }
    }

    /// <summary>Takes the adapter off the model and frees it.</summary>
    public void Dispose()
    {
        foreach (var module in _modules)
        {
            module.Detach();
            foreach (var (_, tensor) in module.Parameters)
            {
                tensor.Dispose();
            }
        }

        _modules.Clear();
    }

    private void Build(LoraSites sites, Func<string, long[], Tensor> make, bool trainable)
    {
        Tensor Parameter(string name, params long[] shape)
        {
            var tensor = make(name, shape).DetachFromScope();
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
            var module = new LoraLinear(this, name, layer, LoraTargets.Scaling(Config, name), a, b, magnitude);
            if (magnitude is not null && magnitude.Eq(0).All().Item<bool>())
            {
                using var noGrad = NoGrad.Begin();
                magnitude.CopyInPlace(module.WeightNorm());
            }

            _modules.Add(module);
        }

        foreach (var (name, layer) in sites.Embeddings.Where(e => Config.TargetModules is not ["all-linear"] && LoraTargets.Matches(Config, e.Key, isOutputHead: false)))
        {
            if (Config.UseDora)
            {
                throw new PralineException($"DoRA on the embedding {name} is not supported: leave it out of target_modules, or set use_dora to false.");
            }

            var rank = LoraTargets.Rank(Config, name);
            var a = Parameter($"{name}.lora_embedding_A", rank, layer.Weight.Size(0));
            var b = Parameter($"{name}.lora_embedding_B", layer.Weight.Size(1), rank);
            _modules.Add(new LoraEmbedding(this, layer, LoraTargets.Scaling(Config, name), a, b));
        }

        if (_modules.Count == 0)
        {
            throw new PralineException(
                $"No module matches target_modules [{string.Join(", ", Config.TargetModules)}]. The model has: "
                + string.Join(", ", sites.Linears.Select(l => l.Key).Select(k => k[(k.LastIndexOf('.') + 1)..]).Distinct()) + ".");
        }

        RefuseTiedUpdates();
        _modules.ForEach(module => module.Attach());
    }

    private void RefuseTiedUpdates()
    {
        var shared = _modules.GroupBy(module => module.BaseWeight).FirstOrDefault(group => group.Count() > 1);
        if (shared is not null)
        {
            throw new PralineException(
                $"The modules {string.Join(" and ", shared.Select(m => m.Module))} share one weight: adapt only one of them.");
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
