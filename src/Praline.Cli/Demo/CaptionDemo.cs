using Praline.Models.Checkpoints;
using Praline.Preferences;
using Praline.SmallWorld;
using Praline.Training;
using Praline.Training.Engine;
using Praline.Training.Lora;

namespace Praline.Cli.Demo;

/// <summary>
/// The whole of SynPO on the small world, as <c>praline demo</c> runs it: videos, the four steps, three methods with several seeds
/// each, captions of held-out videos, the report. Every stage is the one that the commands run; stopped, it goes on where it was.
/// </summary>
internal sealed class CaptionDemo(DemoOptions options, string folder)
{
    /// <summary>The trained methods in the report's order, by their names on the command line.</summary>
    private static readonly (string Label, string Method)[] Methods = [("SFT on chosen", "sft"), ("DPO", "dpo"), ("SynPO", "synpo")];

    /// <summary>The paper's inference, for the base and for the first SynPO run.</summary>
    private static readonly (string Label, string File, DetailedCaptionSettings Settings)[] Decodings =
    [
        ("contrastive", "contrastive", new() { Contrastive = true }),
        ("retrospective", "retrospective", new() { Retrospective = true }),
        ("contrastive and retrospective", "both", new() { Contrastive = true, Retrospective = true }),
    ];

    private string Preference => Path.Combine(folder, "preference");

    private string HeldOut => Path.Combine(folder, "heldout");

    private DataFiles Data => new(Path.Combine(folder, "data"));

    public async Task<string> RunAsync(CancellationToken cancellation)
    {
        Ui.Note("1/5 videos: moving shapes whose truth is known");
        SmallWorldData.WriteVideos(Preference, SmallWorldSplit.Preference, options.PreferenceVideos, cancel: cancellation);
        SmallWorldData.WriteVideos(HeldOut, SmallWorldSplit.HeldOut, options.HeldOutVideos, cancel: cancellation);

        Ui.Note("2/5 preference pairs: clips, captions of clips, candidates, scores");
        StageView.Print(await BuildAsync(cancellation));

        Ui.Note($"3/5 training: {string.Join(", ", Methods.Select(m => m.Label))}, {options.Seeds} seeds each");
        var runs = Methods.SelectMany(m => Enumerable.Range(0, options.Seeds).Select(seed => (m.Label, m.Method, Seed: seed))).ToList();
        await EachAsync(runs, run => Task.Run(() => Train(run.Method, run.Seed, cancellation), cancellation), cancellation);

        Ui.Note("4/5 captions of held-out videos");
        var evaluation = new HeldOutCaptions(HeldOut, options.MaxNewTokens);
        var captions = new MethodCaptions[runs.Count + 1 + (2 * Decodings.Length)];
        captions[0] = await evaluation.WriteAsync("base", null, null, CaptionsFile("base", null), cancellation);
        await EachAsync(
            runs.Index(),
            async run => captions[run.Index + 1] = await evaluation.WriteAsync(
                run.Item.Label, run.Item.Seed, Adapter(run.Item.Method, run.Item.Seed), CaptionsFile(run.Item.Method, run.Item.Seed), cancellation),
            cancellation);

        var decoded = Decodings.SelectMany(d => new[] { (Model: "base", Method: "base", Seed: (int?)null, Adapter: (string?)null, d), ("SynPO", "synpo", 0, Adapter("synpo", 0), d) }).ToList();
        await EachAsync(
            decoded.Index(),
            async one => captions[runs.Count + 1 + one.Index] = await evaluation.WriteAsync(
                $"{one.Item.Model}, {one.Item.d.Label}", one.Item.Seed, one.Item.Adapter, CaptionsFile($"{one.Item.Method}-{one.Item.d.File}", one.Item.Seed), cancellation,
                one.Item.d.Settings),
            cancellation);

        Ui.Note("5/5 report");
        Console.WriteLine(DataQuality.Table(Preference, Data));
        Console.WriteLine();
        return new DemoReport(options, folder, HeldOut).Write(captions, [.. runs.Select(r => (r.Label, r.Seed, RunFolder(r.Method, r.Seed)))], Data);
    }

    /// <summary>As many at a time as there are processors, one thread each: the captioner is too small for two threads to share an operator.</summary>
    private static Task EachAsync<T>(IEnumerable<T> items, Func<T, Task> action, CancellationToken cancellation) => Parallel.ForEachAsync(
        items,
        new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation },
        async (item, _) => await action(item));

    private async Task<IReadOnlyList<StageSummary>> BuildAsync(CancellationToken cancellation)
    {
        Directory.CreateDirectory(Data.Folder);
        using var model = CaptionerHandle.Open(ShippedFiles.BaseCaptioner, null, new LoadOptions { DType = Torch.DType.Float32 });
        using var judge = JudgeHandle.Open("small-world");
        var videos = Path.Combine(Preference, "videos");
        return await new PreferenceBuilder
        {
            Clips = new ClipStage(new MediaVideoProbe()),
            CaptionClips = new CaptionClipsStage(model.Captioner) { Settings = CaptionSettings.Greedy with { MaxNewTokens = options.MaxNewTokens } },
            Candidates = new CandidatesStage(model.Captioner)
            {
                Candidates = options.Candidates,
                Settings = CaptionSettings.Sampled with { MaxNewTokens = options.MaxNewTokens },
            },
            Judge = new JudgeStage(judge.Judge),
            Rank = new RankStage(),
        }.RunAsync(videos, VideoFolder.Scan(videos), Data.Folder, new StageRunOptions { MaxConcurrency = 2, Progress = StageView.Progress() }, judge.Concurrency, cancellation);
    }

    private void Train(string method, int seed, CancellationToken cancellation)
    {
        var summary = TrainingSession.Run(
            new TrainOptions
            {
                Method = method,
                PretrainedPth = ShippedFiles.BaseCaptioner,
                DatasetPath = Data.Pairs,
                DirPath = Path.Combine(Preference, "videos"),
                ModelDir = RunFolder(method, seed),
                Lora = new LoraConfig { R = options.LoraR, LoraAlpha = 2 * options.LoraR },
                TorchDtype = "float32",
                Threads = 1,
                Loop = new TrainerOptions
                {
                    MaxGradNorm = 1,
                    NumEpochs = options.Epochs,
                    LearningRate = options.LearningRate,
                    AccumulationSteps = options.PairsPerStep,
                    Seed = (ulong)seed,
                },
            },
            progress: null,
            cancellation);
        Ui.Note($"{method}, seed {seed}: {summary.Steps} steps, {summary.Seconds:0} s");
    }

    private string RunFolder(string method, int seed) => Path.Combine(folder, "runs", $"{method}-seed{seed}");

    private string CaptionsFile(string method, int? seed) =>
        Path.Combine(folder, "captions", seed is null ? $"{method}.jsonl" : $"{method}-seed{seed}.jsonl");

    private string Adapter(string method, int seed) => new RunFolderResult(RunFolder(method, seed)).Path;
}
