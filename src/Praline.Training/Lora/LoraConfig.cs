using System.Text.Json;
using System.Text.Json.Nodes;
using Praline.Json;

namespace Praline.Training.Lora;

/// <summary>
/// LoRA's settings (Hu et al. 2021, arXiv 2106.09685), named as in PEFT's <c>adapter_config.json</c>. The defaults are SynPO's.
/// </summary>
public sealed record LoraConfig
{
    /// <summary>PEFT's settings that are read here, and those that change nothing in what a saved adapter computes.</summary>
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "peft_type", "auto_mapping", "base_model_name_or_path", "revision", "task_type", "inference_mode", "peft_version", "r", "target_modules", "exclude_modules",
        "lora_alpha", "lora_dropout", "fan_in_fan_out", "bias", "use_rslora", "modules_to_save", "init_lora_weights", "layers_to_transform", "layers_pattern",
        "rank_pattern", "alpha_pattern", "megatron_config", "megatron_core", "trainable_token_indices", "loftq_config", "eva_config", "use_dora",
        "qalora_group_size", "runtime_config", "lora_bias", "ensure_weight_tying",
    };

    /// <summary>Starts that set the factors alone. PiSSA and OLoRA change the base weights too, see <see cref="LoraStart"/>.</summary>
    private static readonly string[] Starts = ["gaussian", "eva", "orthogonal", "pissa", "olora"];

    private const int LargestRank = 16_384, LargestAlpha = 1_000_000;

    /// <summary>Rank of the update.</summary>
    public int R { get; init; } = 128;

    /// <summary>The update is scaled by <c>lora_alpha / r</c> (or <c>/ √r</c>).</summary>
    public double LoraAlpha { get; init; } = 64;

    /// <summary>Share of the inputs to the update that is zeroed in training.</summary>
    public double LoraDropout { get; init; } = 0.05;

    /// <summary>
    /// Modules to adapt: ends of names (<c>q_proj</c>), or one regular expression over whole names, or <c>all-linear</c> for every linear
    /// layer but the output head.
    /// </summary>
    public IReadOnlyList<string> TargetModules { get; init; } =
        ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

    /// <summary>True when <see cref="TargetModules"/> holds one regular expression (a plain text in the JSON).</summary>
    public bool TargetIsPattern { get; init; }

    /// <summary>Modules that are left out though they are among the targets: ends of names (<c>exclude_modules</c>).</summary>
    public IReadOnlyList<string> ExcludeModules { get; init; } = [];

    /// <summary>Adapt the layers of these numbers only (<c>layers_to_transform</c>); null for all.</summary>
    public IReadOnlyList<int>? LayersToTransform { get; init; }

    /// <summary>Scale by 1/√r (Kalajdzievski 2023, arXiv 2312.03732).</summary>
    public bool UseRslora { get; init; }

    /// <summary>Split weights into magnitude and direction (Liu et al. 2024, arXiv 2402.09353).</summary>
    public bool UseDora { get; init; }

    /// <summary>Other ranks for some modules, by regular expressions over ends of names.</summary>
    public IReadOnlyDictionary<string, int> RankPattern { get; init; } = new Dictionary<string, int>();

    /// <summary>Other alphas for some modules, by regular expressions over ends of names.</summary>
    public IReadOnlyDictionary<string, double> AlphaPattern { get; init; } = new Dictionary<string, double>();

    /// <summary>The checkpoint that was adapted, as a note for readers.</summary>
    public string? BaseModelNameOrPath { get; init; }

    /// <summary>True when <see cref="ExcludeModules"/> holds one regular expression over whole names (a plain text in the JSON).</summary>
    internal bool ExcludeIsPattern { get; init; }

    /// <summary>Modules that the adapter's file has whole, instead of an update to them (<c>modules_to_save</c>).</summary>
    internal IReadOnlyList<string> ModulesToSave { get; init; } = [];

    /// <summary>The list or path part that <see cref="LayersToTransform"/> counts (<c>layers_pattern</c>); none for the last number in a name.</summary>
    internal IReadOnlyList<string> LayersPattern { get; init; } = [];

    /// <summary>How the factors started (<c>init_lora_weights</c>): <c>true</c>, <c>false</c> or a name.</summary>
    internal string InitLoraWeights { get; init; } = "true";

    /// <summary>Whether updates have a bias of their own (<c>lora_bias</c>).</summary>
    internal bool LoraBias { get; init; }

    /// <summary>Which of the model's biases trained too: <c>none</c>, <c>all</c> or <c>lora_only</c> (those of adapted layers).</summary>
    internal string Bias { get; init; } = "none";

    /// <summary>Whether modules that share a weight go on sharing it (<c>ensure_weight_tying</c>).</summary>
    internal bool EnsureWeightTying { get; init; }

    /// <summary>Tokens whose rows train, by module (<c>trainable_token_indices</c>); under an empty name those of the input embedding.</summary>
    internal IReadOnlyDictionary<string, IReadOnlyList<int>> TrainableTokenIndices { get; init; } = new Dictionary<string, IReadOnlyList<int>>();

    /// <summary>Reads <c>adapter_config.json</c> of a folder.</summary>
    /// <exception cref="PralineException">It is missing, broken, or asks for something that is not supported.</exception>
    public static LoraConfig Read(string folder)
    {
        var path = Path.Combine(folder, "adapter_config.json");
        if (!File.Exists(path))
        {
            throw new PralineException($"{folder} is no LoRA adapter: it has no adapter_config.json.");
        }

        try
        {
            using var document = StrictJson.Parse(File.ReadAllBytes(path));
            return Parse(JsonObject.Create(document.RootElement.Clone())!, path).Validated(path);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or NullReferenceException or ArgumentException or OverflowException)
        {
            throw new PralineException($"{path} is not a good adapter_config.json: {error.Message}", error);
        }
    }

    /// <summary>Validates ranges, before anything is made of these numbers.</summary>
    /// <exception cref="PralineException">A value is out of its range, or a pattern is no regular expression.</exception>
    internal LoraConfig Validated(string where)
    {
        foreach (var (name, rank) in RankPattern.Prepend(KeyValuePair.Create("r", R)))
        {
            Require(rank is >= 1 and <= LargestRank, name, $"a rank from 1 to {LargestRank}", rank);
        }

        foreach (var (name, alpha) in AlphaPattern.Prepend(KeyValuePair.Create("lora_alpha", LoraAlpha)))
        {
            Require(Math.Abs(alpha) <= LargestAlpha, name, $"a number from -{LargestAlpha} to {LargestAlpha}", alpha);
        }

        Require(LoraDropout is >= 0 and < 1, "lora_dropout", "from 0 to below 1", LoraDropout);
        LoraTargets.RequirePatterns(this, where);
        return this;

        void Require(bool holds, string name, string expected, double found)
        {
            if (!holds)
            {
                throw new PralineException(FormattableString.Invariant($"{where}: {name} should be {expected}, found {found}."));
            }
        }
    }

    /// <summary>Writes <c>adapter_config.json</c> as PEFT does.</summary>
    public void Write(string folder) =>
        AtomicFile.WriteText(
            Path.Combine(folder, "adapter_config.json"), ToJson().ToJsonString(new JsonSerializerOptions { WriteIndented = true }));

    private static LoraConfig Parse(JsonObject json, string path)
    {
        if (json["peft_type"]?.GetValue<string>() is not "LORA")
        {
            throw new PralineException(
                $"{path}: expected peft_type LORA, found {json["peft_type"]?.ToJsonString() ?? "nothing"}. Other methods (IA3, LoHa, VeRA, OFT, AdaLoRA, …) are not supported: "
                + "merge the adapter with PEFT and use the merged checkpoint.");
        }

        RefuseUnsupported(json, path);
        var targets = json["target_modules"];
        return new LoraConfig
        {
            R = json["r"]!.GetValue<int>(),
            LoraAlpha = json["lora_alpha"]!.GetValue<double>(),
            LoraDropout = json["lora_dropout"]?.GetValue<double>() ?? 0,
            TargetModules = targets is JsonArray list ? [.. list.Select(t => t!.GetValue<string>())] : [targets!.GetValue<string>()],
            TargetIsPattern = targets is JsonValue value && value.GetValue<string>() != "all-linear",
            ExcludeModules = json["exclude_modules"] switch
            {
                JsonArray names => [.. names.Select(n => n!.GetValue<string>())],
                JsonValue pattern => [pattern.GetValue<string>()],
                _ => [],
            },
            ExcludeIsPattern = json["exclude_modules"] is JsonValue,
            ModulesToSave = json["modules_to_save"] is JsonArray whole ? [.. whole.Select(m => m!.GetValue<string>())] : [],
            LayersPattern = Texts(json["layers_pattern"]),
            InitLoraWeights = json["init_lora_weights"] switch
            {
                JsonValue start when start.TryGetValue<string>(out var name) => name,
                JsonValue start => start.GetValue<bool>() ? "true" : "false",
                _ => "true",
            },
            LoraBias = json["lora_bias"]?.GetValue<bool>() ?? false,
            Bias = json["bias"]?.GetValue<string>() ?? "none",
            EnsureWeightTying = json["ensure_weight_tying"]?.GetValue<bool>() ?? false,
            TrainableTokenIndices = json["trainable_token_indices"] switch
            {
                JsonArray ids => new Dictionary<string, IReadOnlyList<int>> { [""] = Numbers(ids) },
                JsonObject modules => modules.ToDictionary(m => m.Key, m => Numbers(m.Value!.AsArray())),
                _ => new Dictionary<string, IReadOnlyList<int>>(),
            },
            LayersToTransform = json["layers_to_transform"] switch
            {
                JsonArray layers => [.. layers.Select(l => l!.GetValue<int>())],
                JsonValue layer => [layer.GetValue<int>()],
                _ => null,
            },
            UseRslora = json["use_rslora"]?.GetValue<bool>() ?? false,
            UseDora = json["use_dora"]?.GetValue<bool>() ?? false,
            RankPattern = json["rank_pattern"]?.AsObject().ToDictionary(p => p.Key, p => p.Value!.GetValue<int>()) ?? [],
            AlphaPattern = json["alpha_pattern"]?.AsObject().ToDictionary(p => p.Key, p => p.Value!.GetValue<double>()) ?? [],
            BaseModelNameOrPath = json["base_model_name_or_path"]?.GetValue<string>(),
        };
    }

    private static IReadOnlyList<int> Numbers(JsonArray ids) => [.. ids.Select(id => id!.GetValue<int>())];

    private static IReadOnlyList<string> Texts(JsonNode? node) => node switch
    {
        JsonArray list => [.. list.Select(item => item!.GetValue<string>())],
        JsonValue text => [text.GetValue<string>()],
        _ => [],
    };

    private static void RefuseUnsupported(JsonObject json, string path)
    {
        bool On(string name) => json[name]?.GetValue<bool>() ?? false;
        var bias = json["bias"]?.GetValue<string>() ?? "none";
        var problem = bias is not ("none" or "all" or "lora_only") ? $"bias '{bias}'"
            : On("fan_in_fan_out") ? "fan_in_fan_out"
            : On("lora_bias") && On("use_dora") ? "lora_bias with use_dora"
            : json["init_lora_weights"] is JsonValue start && start.TryGetValue<string>(out var init) && !Starts.Contains(init) ? $"init_lora_weights '{init}', which may change the base weights"
            : json.FirstOrDefault(setting => !Known.Contains(setting.Key) && IsSet(setting.Value)).Key;
        if (problem is not null)
        {
            throw new PralineException($"{path} asks for {problem}, which Praline does not support. Merge the adapter with PEFT and use the merged checkpoint.");
        }
    }

    private static bool IsSet(JsonNode? value) => value switch
    {
        null => false,
        JsonObject map => map.Count > 0,
        JsonArray list => list.Count > 0,
        JsonValue flag => !flag.TryGetValue<bool>(out var on) || on,
        _ => true,
    };

    private JsonObject ToJson() => new()
    {
        ["alpha_pattern"] = new JsonObject(AlphaPattern.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)Number(p.Value)))),
        ["auto_mapping"] = null,
        ["base_model_name_or_path"] = BaseModelNameOrPath,
        ["bias"] = Bias,
        ["ensure_weight_tying"] = EnsureWeightTying,
        ["exclude_modules"] = ExcludeModules.Count == 0 ? null
            : ExcludeIsPattern ? JsonValue.Create(ExcludeModules[0])
            : new JsonArray([.. ExcludeModules.Select(m => JsonValue.Create(m))]),
        ["fan_in_fan_out"] = false,
        ["inference_mode"] = true,
        ["init_lora_weights"] = InitLoraWeights is "true" or "false" ? JsonValue.Create(InitLoraWeights == "true") : JsonValue.Create(InitLoraWeights),
        ["layers_pattern"] = LayersPattern.Count == 0 ? null : new JsonArray([.. LayersPattern.Select(p => JsonValue.Create(p))]),
        ["layers_to_transform"] = LayersToTransform is null ? null : new JsonArray([.. LayersToTransform.Select(l => JsonValue.Create(l))]),
        ["lora_bias"] = LoraBias,
        ["lora_alpha"] = Number(LoraAlpha),
        ["lora_dropout"] = LoraDropout,
        ["modules_to_save"] = ModulesToSave.Count == 0 ? null : new JsonArray([.. ModulesToSave.Select(m => JsonValue.Create(m))]),
        ["peft_type"] = "LORA",
        ["r"] = R,
        ["rank_pattern"] = new JsonObject(RankPattern.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)JsonValue.Create(p.Value)))),
        ["revision"] = null,
        ["target_modules"] = TargetIsPattern || TargetModules is ["all-linear"]
            ? JsonValue.Create(TargetModules[0])
            : new JsonArray([.. TargetModules.Select(t => JsonValue.Create(t))]),
        ["task_type"] = "CAUSAL_LM",
        ["trainable_token_indices"] = TrainableTokenIndices.Count == 0 ? null
            : TrainableTokenIndices.TryGetValue("", out var ids) ? new JsonArray([.. ids.Select(id => JsonValue.Create(id))])
            : new JsonObject(TrainableTokenIndices.Select(m => KeyValuePair.Create(m.Key, (JsonNode?)new JsonArray([.. m.Value.Select(id => JsonValue.Create(id))])))),
        ["use_dora"] = UseDora,
        ["use_rslora"] = UseRslora,
    };

    /// <summary>Whole numbers are written without a decimal point, as PEFT's own files have them.</summary>
    private static JsonValue Number(double value) => value == Math.Floor(value) ? JsonValue.Create((long)value) : JsonValue.Create(value);
}
