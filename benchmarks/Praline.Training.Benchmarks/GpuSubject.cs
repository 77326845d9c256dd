using Praline.Data;
using Praline.Models.Language;
using Praline.Models.Multimodal;
using Praline.Torch;
using Praline.Torch.Nn;
using Praline.Training.Data;
using Praline.Training.Lora;
using Praline.Training.Packing;
using Praline.Training.Tasks;

namespace Praline.Training.Benchmarks;

/// <summary>
/// A language model of a published shape with random weights on a device, the papers' LoRA on it, and pairs of answers of 200–400 tokens to
/// prompts of 1,170 visual and 60 text tokens. Vision towers are frozen and their features cached, so none is needed.
/// </summary>
internal sealed class GpuSubject : IDisposable
{
    /// <summary>Tokens before the image, as in "&lt;s&gt;[INST] &lt;image&gt;\n".</summary>
    private const int Lead = 5;

    private readonly ParameterStore _store;
    private readonly DeviceRandomSource _source;

    public GpuSubject(Settings settings, bool adapter = true)
    {
        TorchRuntime.Threads = settings.Whole("threads", Environment.ProcessorCount);
        Device = Device.Parse(settings.Text("device", "cuda"));
        CudaDevice.Require(Device);
        DType = DTypes.Parse(settings.Text("dtype", Device.Type == DeviceType.Cuda ? "bfloat16" : "float32"));
        Name = settings.Text("model", "auroracap");
        var (config, r, alpha, targets) = Shape(Name);
        Config = config;
        (Visual, Text) = (settings.Whole("visual", Name == "tiny" ? 40 : 1170), settings.Whole("text", Name == "tiny" ? 8 : 60));
        (Shortest, Longest) = (settings.Whole("shortest", Name == "tiny" ? 6 : 200), settings.Whole("longest", Name == "tiny" ? 12 : 400));
        _source = new DeviceRandomSource(Device, DType);
        _store = new ParameterStore(_source, DType, Device);
        Language = new LlamaModel(Config, _store.Root);
        using var noGrad = NoGrad.Begin();
        Features = new VisionFeatures((Tensor.Randn([Visual, Config.HiddenSize]) * 0.02).To(Device, DType).Alias().DetachFromScope(), [Visual]);
        if (adapter)
        {
            Adapter = LoraAdapter.Create(_store, new LoraConfig { R = r, LoraAlpha = alpha, LoraDropout = settings.Number("dropout", Name.StartsWith("llava", StringComparison.Ordinal) ? 0.1 : 0.05), TargetModules = targets }, 2);
        }

        Model = new TrainedModel(Language, Adapter?.Parameters ?? new Dictionary<string, Tensor>(), _ => { }, Adapter, new SameMedia(Features))
        {
            MaxLogits = settings.Whole("max-logits", 1 << 25),
            Checkpointing = settings.Text("checkpointing", "no") == "yes",
        };
    }

    public string Name { get; }

    public Device Device { get; }

    public DType DType { get; }

    public LlamaConfig Config { get; }

    public int Visual { get; }

    public int Text { get; }

    public int Shortest { get; }

    public int Longest { get; }

    public LlamaModel Language { get; }

    public LoraAdapter? Adapter { get; }

    public VisionFeatures Features { get; }

    public TrainedModel Model { get; }

    /// <summary>Lengths of the chosen and the rejected answer of a pair: the same numbers as benchmarks/gpu/common.py draws.</summary>
    public (int Chosen, int Rejected) Lengths(int pair)
    {
        int Draw(int salt) => Shortest + (int)((((uint)pair * 7919) + ((uint)salt * 104729) + 12345) * 2654435761 % 1000003 % (uint)(Longest - Shortest + 1));
        return (Draw(0), Draw(1));
    }

    /// <summary>A pair of answers to a prompt of its own.</summary>
    public TrainingExample Pair(int number)
    {
        var random = new Random(number);
        var (chosen, rejected) = Lengths(number);
        return new TrainingExample($"pair {number}", new PackedExample(Prompt(random), [Answer(random, chosen), Answer(random, rejected)]), Media);
    }

    /// <summary>Two answers behind prompts that differ in a condition's token at the beginning of the question, which comes after the image.</summary>
    public TrainingExample Conditioned(int number)
    {
        var random = new Random(number);
        var (chosen, rejected) = Lengths(number);
        var text = Ids(random, Text);
        LearntSequence Sequence(int condition, int length) => new(
            [.. text[..Lead], PromptTokens.ImageToken, condition, .. text[(Lead + 1)..], .. Ids(random, length)],
            [.. Enumerable.Repeat(false, Text + 1), .. Enumerable.Repeat(true, length)]);
        return new TrainingExample($"question {number}", LearntSequence.Share([Sequence(0, chosen), Sequence(1, rejected)])!, Media);
    }

    public void Dispose()
    {
        Model.Dispose();
        _store.Dispose();
        _source.Dispose();
    }

    private static MediaSet Media { get; } = new([MediaReference.Video("video")]);

    private PromptTokens Prompt(Random random)
    {
        var text = Ids(random, Text);
        return new PromptTokens([.. text[..(Text / 2)], PromptTokens.ImageToken, .. text[(Text / 2)..]]);
    }

    private Response Answer(Random random, int length) => new(Ids(random, length));

    private int[] Ids(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(3, Config.VocabSize))];

    private static (LlamaConfig Config, int R, int Alpha, string[] Targets) Shape(string name)
    {
        string[] all = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];
        var vicuna = new LlamaConfig { MaxPositionEmbeddings = 4096 };
        return name switch
        {
            "auroracap" => (vicuna, 128, 64, all),
            "llava-next" => (vicuna with { VocabSize = 32064 }, 16, 16, ["q_proj", "k_proj", "v_proj"]),
            "llava-next-mistral" => (vicuna with { VocabSize = 32064, IntermediateSize = 14336, NumKeyValueHeads = 8, RopeTheta = 1e6 }, 16, 16, ["q_proj", "k_proj", "v_proj"]),
            "tiny" => (new LlamaConfig { VocabSize = 300, HiddenSize = 64, IntermediateSize = 176, NumHiddenLayers = 2, NumAttentionHeads = 4, NumKeyValueHeads = 2, HeadDim = 16 }, 4, 8, all),
            _ => throw new ArgumentException($"model={name}: expected auroracap, llava-next, llava-next-mistral or tiny."),
        };
    }

    private sealed class SameMedia(VisionFeatures features) : IVisionSource
    {
        public IReadOnlyDictionary<string, string> Prepare(IReadOnlyList<MediaSet> media, Action<int, int>? report, CancellationToken cancellation) =>
            new Dictionary<string, string>();

        public IReadOnlyList<int> Counts(MediaSet media) => features.Counts;

        public void Prefetch(IEnumerable<MediaSet> media)
        {
        }

        public IReadOnlyList<VisionFeatures> Features(IReadOnlyList<MediaSet> media) => [.. media.Select(_ => features)];

        public void Dispose() => features.Dispose();
    }
}
