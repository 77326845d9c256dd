using System.Collections.Concurrent;
using Praline.Media;
using Praline.Models.Generation;
using Praline.Models.Multimodal;
using Praline.Torch;

namespace Praline.Preferences;

/// <summary>
/// A checkpoint that answers questions about images. Prompts that wait are taken together as one batch; an image that several ask about is
/// encoded once. On the CPU an answer does not depend on what is answered beside it.
/// </summary>
/// <example><code>
/// using var model = VisionLanguageModel.Load("checkpoints/llava-v1.6-mistral-7b-hf");
/// using var answerer = new VisionLanguageAnswerer(model);
/// var answer = await answerer.AnswerAsync(new ImagePrompt("photo.jpg", "Is it a good dog?", 0), CaptionSettings.Greedy, default);
/// </code></example>
public sealed class VisionLanguageAnswerer : IImageAnswerer, IDisposable
{
    private const int ImagesKept = 64;

    private readonly VisionLanguageModel _model;
    private readonly TextGenerator _generator;
    private readonly IReadOnlyList<int> _endTokens;
    private readonly BlockingCollection<Job> _jobs = [];
    private readonly LinkedList<(string Path, VisionFeatures Features)> _recent = [];
    private readonly int _maxBatch;
    private readonly Thread _thread;

    /// <summary>Takes a model; it stays the caller's to dispose, after this.</summary>
    /// <param name="model">The model, with whatever adapters are in it.</param>
    /// <param name="maxBatch">Answers that decode together at most.</param>
    public VisionLanguageAnswerer(VisionLanguageModel model, int maxBatch = 32)
    {
        (_model, _maxBatch) = (model, maxBatch);
        _generator = new TextGenerator(model.Language, maxBatch);
        var named = GenerationOptions.Read(model.Folder).EosTokenIds;
        _endTokens = named.Count > 0 ? named
            : model.Tokenizer.EosTokenId is { } end ? [end]
            : throw new PralineException($"{model.Folder}: neither generation_config.json nor config.json nor the tokenizer names an end token.");
        Fingerprint = $"{model.ModelType} {model.Fingerprint} {model.VisionSettings} {model.Language.DType} on {model.Language.Device}";
        _thread = new Thread(Run) { Name = "answerer", IsBackground = true };
        _thread.Start();
    }

    /// <inheritdoc/>
    public string Fingerprint { get; }

    /// <inheritdoc/>
    public async Task<Caption> AnswerAsync(ImagePrompt prompt, CaptionSettings settings, CancellationToken cancellation)
    {
        // Decoded here, on the caller's thread, while the model works on others.
        var image = await Task.Run(() => ImageFile.Open(prompt.ImagePath), cancellation).ConfigureAwait(false);
        var job = new Job(prompt, settings, image, cancellation);
        _jobs.Add(job, CancellationToken.None);
        return await job.Done.Task.ConfigureAwait(false);
    }

    /// <summary>Ends the model's thread after what is under way.</summary>
    public void Dispose()
    {
        _jobs.CompleteAdding();
        _thread.Join();
        _jobs.Dispose();
        foreach (var (_, features) in _recent)
        {
            features.Dispose();
        }
    }

    private void Run()
    {
        foreach (var first in _jobs.GetConsumingEnumerable())
        {
            var batch = new List<Job> { first };
            while (batch.Count < _maxBatch && _jobs.TryTake(out var next))
            {
                batch.Add(next);
            }

            foreach (var job in batch.Where(j => j.Cancellation.IsCancellationRequested))
            {
                job.Done.SetCanceled(job.Cancellation);
            }

            Answer([.. batch.Where(j => !j.Done.Task.IsCompleted)]);
        }
    }

    private void Answer(IReadOnlyList<Job> jobs)
    {
        using var noGrad = NoGrad.Begin();
        using var scope = new TensorScope();
        var requests = new List<GenerationRequest>();
        var asked = new List<Job>();
        foreach (var job in jobs)
        {
            // A prompt that does not fit takes no other down.
            try
            {
                requests.Add(Request(job));
                asked.Add(job);
            }
            catch (Exception e)
            {
                job.Done.SetException(e);
            }
        }

        try
        {
            foreach (var (index, sequences) in _generator.GenerateAsCompleted(requests))
            {
                asked[index].Done.SetResult(new Caption(
                    _model.Tokenizer.Decode(sequences[0].ContentIds.ToArray(), skipSpecialTokens: true).Trim(),
                    Truncated: sequences[0].Reason == FinishReason.MaxTokens));
            }
        }
        catch (Exception e)
        {
            asked.ForEach(job => job.Done.TrySetException(e));
        }
    }

    private GenerationRequest Request(Job job)
    {
        var features = Features(job);
        var prompt = _model.EmbedPrompt(_model.BuildPrompt(job.Prompt.Text, features), features);
        var room = _model.Language.Config.MaxPositionEmbeddings - prompt.Length;
        return room < 1
            ? throw new PralineException(
                $"{job.Prompt.ImagePath}: the prompt has {prompt.Length} tokens, the model takes {_model.Language.Config.MaxPositionEmbeddings}. Shorten the prompt.")
            : new GenerationRequest
            {
                Name = job.Prompt.ImagePath,
                PromptEmbeddings = prompt.Embeddings,
                PromptPositionIds = prompt.PositionIds,
                Seeds = [job.Prompt.Seed],
                Options = new GenerationOptions
                {
                    DoSample = job.Settings.Sample,
                    Temperature = job.Settings.Temperature,
                    TopP = job.Settings.TopP,
                    TopK = job.Settings.TopK,
                    FilterOrder = FilterOrder.Paper,
                    MaxNewTokens = Math.Min(job.Settings.MaxNewTokens, room),
                    EosTokenIds = _endTokens,
                },
            };
    }

    private VisionFeatures Features(Job job)
    {
        var path = Path.GetFullPath(job.Prompt.ImagePath);
        for (var node = _recent.First; node is not null; node = node.Next)
        {
            if (node.Value.Path == path)
            {
                _recent.Remove(node);
                _recent.AddFirst(node);
                return node.Value.Features;
            }
        }

        var features = _model.Encode([job.Image]).DetachFromScope();
        _recent.AddFirst((path, features));
        if (_recent.Count > ImagesKept)
        {
            _recent.Last!.Value.Features.Dispose();
            _recent.RemoveLast();
        }

        return features;
    }

    private sealed record Job(ImagePrompt Prompt, CaptionSettings Settings, RgbImage Image, CancellationToken Cancellation)
    {
        public TaskCompletionSource<Caption> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
