using Praline.Data;
using Praline.Models.Language;
using Praline.Models.Multimodal;
using Praline.Torch;
using Praline.Torch.Nn;
using Praline.Torch.Optim;
using Praline.Torch.Serialization;
using Praline.Training.Data;
using Praline.Training.Lora;
using Praline.Training.Packing;
using Praline.Training.Tasks;

namespace Praline.Training.Benchmarks;

/// <summary>
/// What both formulations compute: a Llama of hidden 512, 8 layers, vocabulary 32,000, LoRA r 128 on all its linear layers; a pair of answers of
/// 200 tokens to a prompt of 1,170 visual and 60 text tokens. For conditional training the two answers have prompts of that length that differ in a condition's
/// token at the beginning of the question.
/// </summary>
internal sealed class Subject : IDisposable
{
    /// <summary>Tokens before the image, as in "&lt;s&gt;[INST] &lt;image&gt;\n".</summary>
    private const int Lead = 5;

    private readonly ParameterStore _store;

    public Subject(Settings settings)
    {
        TorchRuntime.Threads = settings.Whole("threads", Environment.ProcessorCount);
        (Visual, Text, Answer) = (settings.Whole("visual", 1170), settings.Whole("text", 60), settings.Whole("answer", 200));
        Config = new LlamaConfig
        {
            VocabSize = settings.Whole("vocabulary", 32000),
            HiddenSize = settings.Whole("hidden", 512),
            IntermediateSize = settings.Whole("intermediate", 1376),
            NumHiddenLayers = settings.Whole("layers", 8),
            NumAttentionHeads = 8,
            NumKeyValueHeads = 8,
            HeadDim = settings.Whole("hidden", 512) / 8,
        };
        _store = new ParameterStore(new RandomSource(1));
        Language = new LlamaModel(Config, _store.Root);
        Adapter = LoraAdapter.Create(_store, new LoraConfig
        {
            R = settings.Whole("r", 128),
            LoraAlpha = 64,
            LoraDropout = settings.Number("dropout", 0),
            TargetModules = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
        }, 2);
        using var generator = new Generator(3);
        Features = new VisionFeatures((Tensor.Randn([Visual, Config.HiddenSize], generator) * 0.02).DetachFromScope(), [Visual]);
        var random = new Random(4);
        int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(3, Config.VocabSize))];
        var text = Ids(Text);
        Prompt = new PromptTokens([.. text[..(Text / 2)], PromptTokens.ImageToken, .. text[(Text / 2)..]]);
        (Chosen, Rejected) = (Ids(Answer), Ids(Answer));
        Conditioned = [.. Enumerable.Range(0, 2).Select(condition => new PromptTokens([.. text[..Lead], PromptTokens.ImageToken, condition, .. text[(Lead + 1)..]]))];
        Model = new TrainedModel(Language, Adapter.Parameters, _ => { }, Adapter, new OneVideo(Features));
        Example = new TrainingExample("pair", new PackedExample(Prompt, [new Response(Chosen), new Response(Rejected)]), new MediaSet([MediaReference.Video("video")]));
        ConditionedExample = Example with { Packed = LearntSequence.Share([Sequence(Conditioned[0], Chosen), Sequence(Conditioned[1], Rejected)])! };
        Optimizer = new AdamW(Adapter.Parameters, new AdamWOptions { LearningRate = 5e-6 });
    }

    public int Visual { get; }

    public int Text { get; }

    public int Answer { get; }

    public LlamaConfig Config { get; }

    public LlamaModel Language { get; }

    public LoraAdapter Adapter { get; }

    public VisionFeatures Features { get; }

    public PromptTokens Prompt { get; }

    public int[] Chosen { get; }

    public int[] Rejected { get; }

    /// <summary>The two answers' prompts under the two conditions.</summary>
    public IReadOnlyList<PromptTokens> Conditioned { get; }

    public TrainedModel Model { get; }

    public TrainingExample Example { get; }

    /// <summary>Both answers behind their conditions.</summary>
    public TrainingExample ConditionedExample { get; }

    public AdamW Optimizer { get; }

    /// <summary>What the engine computes in a step of a method.</summary>
    public TrainingExample ExampleOf(string method) => method == "crl" ? ConditionedExample : Example;

    /// <summary>The same model with all its weights in training, without the adapter.</summary>
    public TrainedModel Whole()
    {
        Adapter.Enabled = false;
        foreach (var parameter in _store.Parameters.Values)
        {
            parameter.RequiresGrad = true;
        }

        return new TrainedModel(Language, _store.Parameters, _ => { }, null, Model.Vision);
    }

    /// <summary>What the engine says a step will need.</summary>
    public double EstimateMb(string method) => MemoryEstimate.Of(Model, new StepSize(Model.LengthOf(ExampleOf(method))), method == "profile" ? 8 : 1).Total / 1048576.0;

    /// <summary>Clips and updates, as both formulations do after each step.</summary>
    public void Update()
    {
        GradientClipping.ClipGradNorm(Adapter.Parameters.Values, 1);
        Optimizer.Step();
        Optimizer.ZeroGrad();
    }

    public void Dispose()
    {
        Optimizer.Dispose();
        Model.Dispose();
        _store.Dispose();
    }

    private static LearntSequence Sequence(PromptTokens prompt, int[] answer) =>
        new([.. prompt.Ids, .. answer], [.. prompt.Ids.Select(_ => false), .. answer.Select(_ => true)]);

    private sealed class OneVideo(VisionFeatures features) : IVisionSource
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
