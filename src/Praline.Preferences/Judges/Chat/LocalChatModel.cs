using System.Diagnostics;
using System.Text.Json;
using Praline.Media;
using Praline.Text.ChatTemplates;
using Praline.Models.Checkpoints;
using Praline.Models.Generation;
using Praline.Models.Language;
using Praline.Models.Multimodal;
using Praline.Text.Tokenizers;
using Praline.Torch;

namespace Praline.Preferences;

/// <summary>
/// A checkpoint in this process as chat model: a language model, or a vision-language model that may be shown frames. Prompts follow the checkpoint's chat template;
/// without one, its family's form. All questions decode in one running batch.
/// </summary>
public sealed class LocalChatModel : IChatModel, IDisposable
{
    private const int ImagesKept = 4;

    private readonly VisionLanguageModel? _vision;
    private readonly LlamaModel _language;
    private readonly Tokenizer _tokenizer;
    private readonly ChatTemplate? _template;
    private readonly IReadOnlyList<int> _endTokens;
    private readonly RunningBatch _batch;
    private readonly List<(IReadOnlyList<ChatImage> Images, VisionFeatures Features)> _seen = [];

    /// <summary>Loads a checkpoint.</summary>
    /// <param name="folder">A language model (Llama, Mistral, Qwen2) or a vision-language model.</param>
    /// <param name="options">Device and type.</param>
    /// <param name="maxBatch">Sequences that decode together at most.</param>
    /// <exception cref="PralineException">The checkpoint can't be opened, or names no end token.</exception>
    public LocalChatModel(string folder, LoadOptions? options = null, int maxBatch = 32)
    {
        if (ModelRegistry.Identify(folder) == ModelKind.Language)
        {
            _language = LlamaModel.Load(folder, options);
            _tokenizer = Tokenizer.Load(folder);
        }
        else
        {
            _vision = VisionLanguageModel.Load(folder, options);
            (_language, _tokenizer) = (_vision.Language, _vision.Tokenizer);
        }

        _template = ChatTemplate.Load(folder);
        var named = GenerationOptions.Read(folder).EosTokenIds;
        _endTokens = named.Count > 0 ? named
            : _tokenizer.EosTokenId is { } end ? [end]
            : throw new PralineException($"{folder}: neither generation_config.json nor config.json nor the tokenizer names an end token.");
        Name = $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))} {(_vision?.Fingerprint ?? WeightsFingerprint.Of(_language.Store.Parameters))[..12]} {_language.DType}";
        _batch = new RunningBatch(
            _language, maxBatch, _language.Device.Type == DeviceType.Cpu && _language.DType is DType.Float32 or DType.Float64).Start("judge");
    }

    /// <summary>The folder's name and the weights' fingerprint: other weights are another model.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public async Task<ChatAnswer> AskAsync(ChatRequest request, CancellationToken cancellation, Action<ChatAnswer>? received = null)
    {
        var begun = Stopwatch.GetTimestamp();
        var length = 0;
        var results = await _batch.Generate([() => Prompt(request, out length)], cancellation).ConfigureAwait(false);
        var result = results[0][0];
        var text = _tokenizer.Decode(result.ContentIds.ToArray(), skipSpecialTokens: true).Trim();
        var finish = result.Reason == FinishReason.MaxTokens ? "length" : "stop";
        var answer = new ChatAnswer
        {
            Text = text,
            FinishReason = finish,
            PromptTokens = length,
            CompletionTokens = result.TokenIds.Length,
            Seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds,
            Raw = JsonSerializer.Serialize(new
            {
                model = Name,
                choices = new[] { new { index = 0, finish_reason = finish, message = new { role = "assistant", content = text } } },
                usage = new { prompt_tokens = length, completion_tokens = result.TokenIds.Length },
            }),
        };
        received?.Invoke(answer);
        return answer;
    }

    /// <summary>Ends the model's thread and frees the model.</summary>
    public void Dispose()
    {
        _batch.Dispose();
        _seen.ForEach(s => s.Features.Dispose());
        if (_vision is null)
        {
            _language.Store.Dispose();
        }

        _vision?.Dispose();
    }

    private GenerationRequest Prompt(ChatRequest request, out int length)
    {
        using var scope = new TensorScope();
        var images = request.Turns.Select(t => t.Images).OfType<IReadOnlyList<ChatImage>>().FirstOrDefault(i => i.Count > 0);
        if (images is not null && _vision is null)
        {
            throw new PralineException($"{Name} is a language model and sees no frames. Judge without --judge-frames, or with a vision-language model.");
        }

        var features = images is null ? null : Features(images);
        var text = Text(request.Turns, images?.Count ?? 0);
        var prompt = _vision is null
            ? new PromptEmbeddings(_language.Embed(Tensor.From<long>([.. Ids(text).Select(i => (long)i)]).To(_language.Device)))
            : _vision.EmbedPrompt(_vision.Tokenize(text), features);
        length = prompt.Length;
        var room = _language.Config.MaxPositionEmbeddings - length;
        return room < 1
            ? throw new ChatException($"The question has {length} tokens, {Name} takes {_language.Config.MaxPositionEmbeddings}.", transient: false)
            : new GenerationRequest
            {
                Name = Name,
                PromptEmbeddings = prompt.Embeddings.DetachFromScope(),
                PromptPositionIds = prompt.PositionIds?.DetachFromScope(),
                Options = new GenerationOptions
                {
                    DoSample = request.Temperature > 0,
                    Temperature = request.Temperature > 0 ? request.Temperature : 1,
                    MaxNewTokens = Math.Min(request.MaxTokens, room),
                    EosTokenIds = _endTokens,
                },
            };
    }

    private int[] Ids(string text)
    {
        // Templates may write the begin token that the tokenizer would put there too.
        var begins = _tokenizer.SpecialTokens.TryGetValue("bos_token", out var begin) && text.StartsWith(begin, StringComparison.Ordinal);
        return _tokenizer.Encode(text, addSpecialTokens: !begins);
    }

    private string Text(IReadOnlyList<ChatTurn> turns, int images)
    {
        if (_template is null)
        {
            var plain = string.Join("\n\n", turns.Select(t => t.Role == "assistant" ? $"You answered: {t.Text}" : t.Text));
            return _vision?.FormatPrompt(plain, images) ?? $"USER: {plain} ASSISTANT:";
        }

        try
        {
            return Render(turns);
        }
        catch (ChatTemplateException) when (turns is [{ Role: "system" } system, { Role: "user" } first, ..])
        {
            // Some templates know no system turn.
            return Render([first with { Text = $"{system.Text}\n\n{first.Text}" }, .. turns.Skip(2)]);
        }
    }

    private string Render(IReadOnlyList<ChatTurn> turns) => _template!.Render(
        turns.Select(t => t.Images is { Count: > 0 } images
            ? new ChatMessage(t.Role, [.. Enumerable.Repeat(ChatPart.Image, images.Count), ChatPart.OfText(t.Text)])
            : new ChatMessage(t.Role, t.Text)),
        addGenerationPrompt: true,
        _tokenizer.SpecialTokens.Select(token => new KeyValuePair<string, object?>(token.Key, token.Value)));

    /// <summary>On the model's thread: the features of a video's frames, which all questions about the video show.</summary>
    private VisionFeatures Features(IReadOnlyList<ChatImage> images)
    {
        if (_seen.FirstOrDefault(s => ReferenceEquals(s.Images, images)).Features is { } known)
        {
            return known;
        }

        using var scope = new TensorScope();
        var features = _vision!.Encode([.. images.Select(i => ImageFile.Decode(i.Data.Span, "frame"))]).DetachFromScope();
        _seen.Add((images, features));
        if (_seen.Count > ImagesKept)
        {
            _seen[0].Features.Dispose();
            _seen.RemoveAt(0);
        }

        return features;
    }
}
