using Praline.Media;
using System.CommandLine;
using Praline.Cli.Distributed;
using Praline.Data;
using Praline.Json;
using Praline.Preferences;
using Praline.Torch.Distributed;

namespace Praline.Cli.Commands;

/// <summary>
/// <c>praline caption</c>: captions of videos and images, plain, contrastive, with retrospection, or both as SynPO's <c>inference_cd_retro.py</c>; on stdout, or resumable
/// into a JSON Lines file.
/// </summary>
internal sealed class CaptionCommand
{
    private static readonly HashSet<string> ImageEndings = new(StringComparer.OrdinalIgnoreCase) { ".jpg", ".jpeg", ".png", ".webp", ".gif" };

    private readonly Argument<string[]> _media = new("media") { Description = "Videos, images, or folders of them.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string?> _videos = new("--videos", "--dir-path") { Description = "Folder that the manifest's paths start from; without a manifest all its videos are captioned." };
    private readonly Option<string?> _manifest = new("--manifest") { Description = "JSONL or CSV that lists videos: path (from --videos), and as wished question, id, answer, frame_range." };
    private readonly Option<string?> _data = new("--data", "--dataset-dir") { Description = "Data set whose rows name one video or image each; the question and the known answer are the row's." };
    private readonly Option<string?> _mediaFolder = new("--media-folder") { Description = "Folder that the paths in --data start from. Default: the data file's." };
    private readonly Option<string?> _question = new("--question") { Description = "What to ask where neither manifest nor row says it. Default: the paper's question." };
    private readonly Option<bool> _contrastive = new("--contrastive") { Description = "Contrastive decoding: draw from (1 + α)·logits − α·logits of a second stream that sees less." };
    private readonly Option<bool> _retrospective = new("--retrospective") { Description = "A second pass that is shown the first one's caption. With --contrastive both passes are contrastive." };
    private readonly Option<double> _alpha = new("--alpha", "--cd-alpha") { Description = "α of contrastive decoding.", DefaultValueFactory = _ => 0.5 };

    private readonly Option<string> _distortion = new("--distortion")
    {
        Description = "What the second stream sees: fewer-frames ((n + 2) / 3 of them), shuffled-frames, blurred, or no-medium.",
        DefaultValueFactory = _ => "fewer-frames",
    };

    private readonly Option<int> _captions = new("--n") { Description = "Captions of each item.", DefaultValueFactory = _ => 1 };
    private readonly Option<bool> _sample = new("--sample") { Description = "Sample instead of taking the likeliest token. Default with --contrastive and --retrospective." };
    private readonly Option<bool> _greedy = new("--greedy") { Description = "Take the likeliest token with --contrastive and --retrospective too." };
    private readonly Option<double?> _temperature = new("--temperature") { Description = "Sampling temperature. Default: 0.9; 0.5 with --contrastive or --retrospective." };
    private readonly Option<double?> _topP = new("--top-p") { Description = "Top-p. Default: 0.95; 0.9 with --contrastive or --retrospective." };
    private readonly Option<int?> _topK = new("--top-k") { Description = "Top-k. Default: 32." };
    private readonly Option<int?> _tokens = new("--max-new-tokens") { Description = "Longest caption, in tokens. Default: 800; 1,024 with --contrastive or --retrospective." };
    private readonly Option<int> _minFrm = new("--min-frm") { Description = "Fewest frames of a video.", DefaultValueFactory = _ => 8 };
    private readonly Option<int> _maxFrm = new("--max-frm") { Description = "Most frames of a video.", DefaultValueFactory = _ => 16 };
    private readonly Option<double> _fpsFrm = new("--fps-frm") { Description = "Frames per second of video.", DefaultValueFactory = _ => 0.5 };
    private readonly Option<int?> _sampledFrm = new("--sampled-frm") { Description = "Sample exactly N frames of a video." };
    private readonly Option<ulong> _seed = new("--seed") { Description = "Random seed." };
    private readonly Option<string?> _prompts = new("--prompts") { Description = "Folder with prompts that replace the built-in ones (question.txt, retrospective-video.txt)." };
    private readonly Option<string?> _output = new("--out", "--output-file") { Description = "JSON Lines file for the captions, resumable. Default: stdout, one line each." };

    private readonly Option<string> _format = new("--format")
    {
        Description = "On stdout: text (path, tab, caption) or jsonl (the rows of --out).",
        DefaultValueFactory = _ => "text",
    };

    private readonly Option<int> _ahead = new("--concurrency") { Description = "Items under way at once: decoding files, vision and writing overlap.", DefaultValueFactory = _ => 4 };
    private readonly Option<bool> _restart = new("--restart") { Description = "Start over instead of resuming." };
    private readonly Option<bool> _update = new("--update") { Description = "Resume with a changed set of items; keep the captions that still hold." };
    private readonly Option<bool> _retryFailed = new("--retry-failed") { Description = "Caption again what was rejected." };
    private readonly ModelOptions _model = new();

    public static Command Create() => new CaptionCommand().Build();

    private Command Build()
    {
        _distortion.AcceptOnlyFromAmong("fewer-frames", "shuffled-frames", "blurred", "no-medium");
        _format.AcceptOnlyFromAmong("text", "jsonl");
        var command = new Command("caption", "Caption videos and images: plain, contrastive, with retrospection, or both (SynPO's inference).")
        {
            _media, _videos, _manifest, _data, _mediaFolder, _question, _contrastive, _retrospective, _alpha, _distortion, _captions, _sample, _greedy, _temperature, _topP,
            _topK, _tokens, _minFrm, _maxFrm, _fpsFrm, _sampledFrm, _seed, _prompts, _output, _format, _ahead, _restart, _update, _retryFailed,
        };
        _model.AddTo(command);
        var launch = new LaunchOptions(command);
        command.SetAction((parsed, cancellation) => launch.RunSharedAsync(parsed, () => Path.GetDirectoryName(Path.GetFullPath(OutputOf(parsed)))!, world =>
            RunAsync(parsed, world, cancellation), cancellation));
        return command;
    }

    private string OutputOf(ParseResult parsed) => parsed.GetValue(_output)
        ?? throw new PralineException("--nproc needs --out FILE: several processes write one file together, not one screen.");

    private async Task<int> RunAsync(ParseResult parsed, World world, CancellationToken cancellation)
    {
        var items = Items(parsed);
        var settings = SettingsOf(parsed);
        settings.Validate();
        using var captioner = CaptionerHandle.Open(_model, parsed);
        var captions = new DetailedCaptions(captioner.Captioner.Server)
        {
            Settings = settings,
            Prompts = PromptSet.Load(parsed.GetValue(_prompts)),
            ModelFingerprint = captioner.Captioner.Fingerprint,
        };
        if (parsed.GetValue(_output) is not { } output)
        {
            return await Print(captions, items, parsed, cancellation);
        }

        var summary = await captions.RunAsync(
            items, output,
            new StageRunOptions
            {
                World = world,
                Restart = parsed.GetValue(_restart),
                Update = parsed.GetValue(_update),
                RetryFailed = parsed.GetValue(_retryFailed),
                MaxConcurrency = Math.Max(1, parsed.GetValue(_ahead)),
                Progress = LaunchOptions.Shows(world) ? StageView.Progress("items") : null,
            },
            cancellation);
        if (!world.IsMain)
        {
            return Host.Success;
        }

        summary.Rejected.Take(20).ToList().ForEach(r => Ui.Note($"praline: {r.Item}: {r.Reason}"));
        var code = StageView.Print([summary]);
        return summary.Rejected.Count > 0 ? Host.Failure : code;
    }

    /// <summary>Captions on stdout in the items' order, each as soon as those before it are there.</summary>
    private async Task<int> Print(DetailedCaptions captions, IReadOnlyList<CaptionItem> items, ParseResult parsed, CancellationToken cancellation)
    {
        if (parsed.GetValue(_restart) || parsed.GetValue(_update) || parsed.GetValue(_retryFailed))
        {
            throw new PralineException("--restart, --update and --retry-failed go with --out FILE: what is printed can't be resumed.");
        }

        captions.Check(items);
        var failed = 0;
        using var room = new SemaphoreSlim(Math.Max(1, parsed.GetValue(_ahead)));
        var all = items.Select(async item =>
        {
            await room.WaitAsync(cancellation);
            try
            {
                return await captions.CaptionAsync(item, cancellation);
            }
            finally
            {
                room.Release();
            }
        }).ToList();
        foreach (var (item, rows) in items.Zip(all))
        {
            try
            {
                foreach (var row in await rows)
                {
                    Console.WriteLine(parsed.GetValue(_format) == "jsonl" ? JsonText.Line(row) : $"{item.Path ?? item.Name}\t{row.Prediction.ReplaceLineEndings(" ")}");
                }
            }
            catch (Exception error) when (Host.IsUsers(error))
            {
                failed++;
                Ui.Note($"praline: {error.Message}");
            }
        }

        return failed == 0 ? Host.Success : Host.Failure;
    }

    private DetailedCaptionSettings SettingsOf(ParseResult parsed)
    {
        var paper = parsed.GetValue(_contrastive) || parsed.GetValue(_retrospective);
        var (sample, greedy) = (parsed.GetValue(_sample), parsed.GetValue(_greedy));
        var drawn = parsed.GetValue(_temperature) is not null || parsed.GetValue(_topP) is not null || parsed.GetValue(_topK) is not null;
        if (greedy && (sample || drawn))
        {
            throw new PralineException("--greedy takes the likeliest token: leave out --sample, --temperature, --top-p and --top-k.");
        }

        if (!parsed.GetValue(_contrastive) && (parsed.GetResult(_alpha) is { Implicit: false } || parsed.GetResult(_distortion) is { Implicit: false }))
        {
            throw new PralineException("--alpha and --distortion are settings of contrastive decoding: add --contrastive.");
        }

        var drawing = (paper ? DetailedCaptionSettings.Paper : CaptionSettings.Sampled) with { Sample = !greedy && (paper || sample || drawn) };
        return new DetailedCaptionSettings
        {
            Contrastive = parsed.GetValue(_contrastive),
            Retrospective = parsed.GetValue(_retrospective),
            Alpha = parsed.GetValue(_alpha),
            Distortion = parsed.GetValue(_distortion) switch
            {
                "shuffled-frames" => Distortion.ShuffledFrames,
                "blurred" => Distortion.Blurred,
                "no-medium" => Distortion.NoMedium,
                _ => Distortion.FewerFrames,
            },
            Captions = parsed.GetValue(_captions),
            Seed = parsed.GetValue(_seed),
            Sampling = new FrameSampling
            {
                MinFrames = parsed.GetValue(_minFrm),
                MaxFrames = parsed.GetValue(_maxFrm),
                FramesPerSecond = parsed.GetValue(_fpsFrm),
                SampledFrames = parsed.GetValue(_sampledFrm),
            },
            Drawing = drawing with
            {
                Temperature = parsed.GetValue(_temperature) ?? drawing.Temperature,
                TopP = parsed.GetValue(_topP) ?? drawing.TopP,
                TopK = parsed.GetValue(_topK) ?? drawing.TopK,
                MaxNewTokens = parsed.GetValue(_tokens) ?? drawing.MaxNewTokens,
            },
        };
    }

    private IReadOnlyList<CaptionItem> Items(ParseResult parsed)
    {
        var (media, videos, manifest, data) = (parsed.GetValue(_media)!, parsed.GetValue(_videos), parsed.GetValue(_manifest), parsed.GetValue(_data));
        if ((media.Length > 0 ? 1 : 0) + (videos is null && manifest is null ? 0 : 1) + (data is null ? 0 : 1) != 1)
        {
            throw new PralineException("Name what to caption in one way: files and folders, --videos FOLDER (with --manifest FILE as wished), or --data FILE.");
        }

        var question = parsed.GetValue(_question);
        if (data is not null)
        {
            return FromData(data, parsed.GetValue(_mediaFolder), question);
        }

        if (media.Length > 0)
        {
            return [.. media.SelectMany(path => Directory.Exists(path) ? InFolder(path) : [path])
                .Select(path => new CaptionItem(path, path, !ImageEndings.Contains(Path.GetExtension(path)), question)).DistinctBy(item => item.Name)];
        }

        var folder = videos ?? Path.GetDirectoryName(Path.GetFullPath(manifest!))!;
        var listed = manifest is null ? VideoFolder.Scan(folder) : VideoManifest.Read(manifest);
        return [.. listed.Select(v => new CaptionItem(
            v.Name, Path.Combine(folder, v.Path), !ImageEndings.Contains(Path.GetExtension(v.Path)), v.Question ?? question, v.Answer, v.Range))];
    }

    private static IEnumerable<string> InFolder(string folder)
    {
        string[] found = [.. FolderWalk.Files(folder)
            .Where(path => ImageEndings.Contains(Path.GetExtension(path)) || VideoFolder.IsVideo(path)).Order(StringComparer.Ordinal)];
        return found.Length > 0 ? found : throw new PralineException($"{folder} and its folders hold no video or image.");
    }

    private static IReadOnlyList<CaptionItem> FromData(string path, string? mediaFolder, string? question)
    {
        var items = new List<CaptionItem>();
        foreach (var sample in DataSet.Open(path, new DataOptions { MediaFolder = mediaFolder, Question = question }).Samples())
        {
            var asked = sample.Turns.Count == 1 ? sample.Turns[0].Text.Trim()
                : throw new DataException(sample.Problem("messages", "one question", $"{sample.Turns.Count} turns", "Caption rows that ask once, or use praline serve for conversations."));
            var medium = sample.Media.ToList() is [] or [_] ? sample.Media.FirstOrDefault()
                : throw new DataException(sample.Problem("media", "at most one video or image", $"{sample.Media.Count()}", "Leave the row out."));
            var file = medium is null ? null : medium.Path ?? throw new DataException(sample.Problem("media", "a file", "bytes inside the data file", "Write the media to files (praline export)."));
            var answer = sample.Answers.Count == 1 || sample.HasPair ? (sample.HasPair ? sample.Pair().Chosen : sample.Answers[0]).Text : "";
            items.Add(new CaptionItem(
                items.Exists(i => i.Name == sample.Id) ? $"{sample.Id}#{sample.Number}" : sample.Id, file, medium is { IsVideo: true }, asked, answer,
                medium?.Range is { } r ? new FrameRange(r.First, r.Last) : null));
        }

        return items.Count > 0 ? items : throw new PralineException($"{path} holds no rows.");
    }
}
