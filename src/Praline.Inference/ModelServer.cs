using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Praline.Inference.Constraints;
using Praline.Models.Checkpoints;
using Praline.Models.Generation;
using Praline.Models.Language;
using Praline.Models.Multimodal;
using Praline.Text.Tokenizers;
using Praline.Torch;
using Praline.Torch.Nn;

namespace Praline.Inference;

/// <summary>How a model answers.</summary>
public sealed record ModelServerOptions
{
    /// <summary>Sequences that decode together at most.</summary>
    public int MaxBatch { get; init; } = 64;

    /// <summary>Requests that may be under way or wait; one more is refused.</summary>
    public int MaxRequests { get; init; } = int.MaxValue;

    /// <summary>
    /// Whether sequences of several calls may decode together and share what their prompts begin with. Null: where no number depends on its neighbours, which is in
    /// single and double precision on the CPU; elsewhere it is quicker, and an answer may then differ in the last bits from run to run, and so in its words.
    /// </summary>
    public bool? Together { get; init; }

    /// <summary>Bytes of keys and values of earlier prompts to keep for requests that begin alike.</summary>
    public long PrefixBytes { get; init; } = 512L << 20;

    /// <summary>Bytes of visual features to keep for requests about the same media.</summary>
    public long VisionBytes { get; init; } = 256L << 20;

    /// <summary>Features that were computed before, by any stage or by training; null for none on disk.</summary>
    public VisionCache? VisionCache { get; init; }
}

/// <summary>
/// A loaded model that answers requests: all of them in one running batch on one thread (tensor scopes belong to threads, and each thread that computes brings up a
/// team of workers of its own). Media are decoded on the thread pool while the model works; what prompts begin with alike is computed once, be they of one request or
/// of several. An answer depends on its request and its seed, not on what is answered beside it or was before.
/// </summary>
/// <example><code>
/// using var server = ModelServer.Load("checkpoints/llava-1.5-7b-hf");
/// await foreach (var piece in server.StreamAsync(new InferenceRequest { Messages = [new("user", MediaInput.Image("photo.jpg"), "What is this?")] }))
/// {
///     Console.Write(piece.Text);
/// }
/// </code></example>
public sealed class ModelServer : IDisposable
{
    private readonly VisionLanguageModel? _vision;
    private readonly LlamaModel _language;
    private readonly PromptWriter _writer;
    private readonly VisionStore? _store;
    private readonly AdapterSwitch _adapters;
    private readonly IDisposable? _owned;
    private readonly ModelServerOptions _options;
    private readonly PrefixCache _prefixes;
    private readonly RunningBatch _batch;
    private readonly BlockingCollection<Action> _work = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private readonly bool _together;
    private long _aloneDecoded, _alonePrefilled;
    private int _open, _disposed;
    private volatile int _rows;

    /// <summary>Takes a model; it stays the caller's to dispose, after this.</summary>
    /// <exception cref="PralineException">The checkpoint names no end token.</exception>
    public ModelServer(VisionLanguageModel model, ModelServerOptions? options = null)
        : this(model, model.Language, model.Tokenizer, model.Folder, options ?? new ModelServerOptions(), null)
    {
    }

    private ModelServer(VisionLanguageModel? vision, LlamaModel language, Tokenizer tokenizer, string folder, ModelServerOptions options, IDisposable? owned)
    {
        (_vision, _language, Tokenizer, Folder, _options, _owned) = (vision, language, tokenizer, folder, options, owned);
        _writer = new PromptWriter(folder, tokenizer, vision);
        _adapters = new AdapterSwitch(vision, language.Store);
        _together = options.Together ?? (language.Device.Type == DeviceType.Cpu && language.DType is DType.Float32 or DType.Float64);
        _prefixes = new PrefixCache(options.PrefixBytes);
        _batch = NewBatch(_prefixes);
        var named = GenerationOptions.Read(folder).EosTokenIds;
        EndTokens = named.Count > 0 ? named
            : tokenizer.EosTokenId is { } end ? [end]
            : throw new PralineException($"{folder}: neither generation_config.json nor config.json nor the tokenizer names an end token.");
        _store = vision is null ? null : new VisionStore(vision, work => Do(work), options.VisionCache, options.VisionBytes);
        _thread = new Thread(Run) { Name = "model server", IsBackground = true };
        _thread.Start();
    }

    /// <summary>The checkpoint's folder.</summary>
    public string Folder { get; }

    /// <summary>The folder's name.</summary>
    public string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(Folder));

    /// <summary>The folder's name, the first digits of the weights' fingerprint and their type: other weights have another name. Computed anew on each call.</summary>
    public string ShortName => $"{Name} {(_vision?.Fingerprint ?? WeightsFingerprint.Of(_language.Store.Parameters))[..12]} {_language.DType}";

    /// <summary>The language model's weights, for adapters.</summary>
    public ParameterStore LanguageParameters => _language.Store;

    /// <summary>The checkpoint's tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>Tokens that end an answer.</summary>
    public IReadOnlyList<int> EndTokens { get; }

    /// <summary>Whether the model sees images and videos.</summary>
    public bool Sees => _vision is { HasVision: true };

    /// <summary>The most tokens that prompt and answer may have together.</summary>
    public int ContextLength => _language.Config.MaxPositionEmbeddings;

    /// <summary>The names of adapters that requests may ask for.</summary>
    public IReadOnlyCollection<string> Adapters => _adapters.Names;

    /// <summary>Names all that answers depend on beside the request: weights, preprocessing, arithmetic. Computed anew on each call.</summary>
    public string Fingerprint => _vision is { } model
        ? $"{model.ModelType} {model.Fingerprint} {model.VisionSettings} {_language.DType} on {_language.Device}"
        : $"{WeightsFingerprint.Of(_language.Store.Parameters)} {_language.DType} on {_language.Device}";

    /// <summary>New tokens computed so far, for rates.</summary>
    public long DecodedTokens => _batch.DecodedTokens + _aloneDecoded;

    /// <summary>Prompt tokens computed so far.</summary>
    public long PrefilledTokens => _batch.PrefilledTokens + _alonePrefilled;

    /// <summary>Prompt tokens that an earlier prompt had computed.</summary>
    public long ReusedTokens => _prefixes.ReusedTokens;

    /// <summary>Images and videos that went through the vision part.</summary>
    public long EncodedMedia => _store?.Encoded ?? 0;

    /// <summary>Rows that decode now.</summary>
    public int RunningRows => _rows;

    /// <summary>Requests that are under way or wait.</summary>
    public int OpenRequests => _open;

    /// <summary>The text that a token adds to the text before it; of a token that is none or a part of a character, its name in the vocabulary.</summary>
    public string TextOf(int token) => (uint)token < (uint)Tokenizer.VocabularySize && TokenTexts.Of(Tokenizer).Texts[token] is { } text ? text : Tokenizer.IdToToken(token) ?? "";

    /// <summary>Where the time of decoding steps went.</summary>
    public DecodeTimes Times => _batch.Times;

    /// <summary>Loads a checkpoint: a vision-language model, or a language model alone. It is freed with the server.</summary>
    /// <exception cref="PralineException">The checkpoint can't be opened, or names no end token.</exception>
    public static ModelServer Load(string folder, LoadOptions? options = null, ModelServerOptions? serving = null)
    {
        if (ModelRegistry.Identify(folder) == ModelKind.Language)
        {
            var language = LlamaModel.Load(folder, options);
            return new ModelServer(null, language, Tokenizer.Load(folder), folder, serving ?? new ModelServerOptions(), language.Store);
        }

        var vision = VisionLanguageModel.Load(folder, options);
        return new ModelServer(vision, vision.Language, vision.Tokenizer, folder, serving ?? new ModelServerOptions(), vision);
    }

    /// <summary>Puts an adapter beside the others: requests that name it are answered with it, in the same batch as all others.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="load">Puts it on the model's linear layers and returns what frees it. It must change nothing else of the model.</param>
    /// <exception cref="PralineException">The name is taken, or the adapter changed nothing.</exception>
    public Task AddAdapterAsync(string name, Func<IDisposable> load) => Do(() =>
    {
        _adapters.Add(name, load);
        return true;
    });

    /// <summary>A medium as the model sees it, encoded once for all who ask; whoever asks disposes it. Requests about it then find it ready.</summary>
    /// <exception cref="PralineException">The model sees no media, or the file has no such frames.</exception>
    /// <exception cref="Media.MediaException">It can't be decoded.</exception>
    public Task<EncodedMedia> EncodeAsync(MediaInput media, CancellationToken cancellation = default) => EncodeAsync(media, null, cancellation);

    /// <summary>All answers to a request.</summary>
    /// <exception cref="PralineException">The request does not fit the model.</exception>
    public async Task<InferenceResult> AnswerAsync(InferenceRequest request, CancellationToken cancellation = default) =>
        (await AnswerAsync([request], cancellation).ConfigureAwait(false))[0];

    /// <summary>
    /// All answers to some requests that belong together: where numbers depend on what is computed beside them, they depend on these requests alone.
    /// </summary>
    /// <exception cref="PralineException">A request does not fit the model.</exception>
    public async Task<IReadOnlyList<InferenceResult>> AnswerAsync(IReadOnlyList<InferenceRequest> requests, CancellationToken cancellation = default)
    {
        var prepared = new List<Ticket>();
        try
        {
            foreach (var request in requests)
            {
                prepared.Add(await PrepareAsync(request, null, cancellation).ConfigureAwait(false));
            }
        }
        catch
        {
            prepared.ForEach(ticket => ticket.Dispose());
            throw;
        }

        var results = await Submit(prepared).ConfigureAwait(false);
        return [.. prepared.Zip(results, (ticket, generated) =>
        {
            var stops = ticket.Generation.Options.StopStrings;
            GeneratedAnswer Whole(GenerationResult result, int index)
            {
                var (text, tokens) = (new AnswerText(Tokenizer, stops), ticket.Tokens.Where(t => t.Sequence == index).ToList());
                var last = result.TokenIds.Length - 1;
                return new GeneratedAnswer(
                    string.Concat(result.TokenIds.Select((id, i) => text.Add(new GeneratedToken(index, id, null, i == last ? result.Reason : null)))),
                    result.TokenIds, result.Reason, tokens);
            }

            return new InferenceResult([.. generated.Select(Whole)], ticket.Usage);
        })];
    }

    /// <summary>The answers to a request as they come. Ending the enumeration ends the answers and frees their places.</summary>
    /// <exception cref="PralineException">The request does not fit the model.</exception>
    public async IAsyncEnumerable<AnswerDelta> StreamAsync(InferenceRequest request, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var channel = Channel.CreateUnbounded<GeneratedToken>(new UnboundedChannelOptions { SingleReader = true });
        var ticket = await PrepareAsync(request, token => channel.Writer.TryWrite(token), stop.Token).ConfigureAwait(false);
        var done = Submit([ticket]);
        _ = done.ContinueWith(t => channel.Writer.TryComplete(t.IsCanceled ? new OperationCanceledException() : t.Exception?.InnerException), TaskScheduler.Default);
        var texts = request.Seeds.Select(_ => new AnswerText(Tokenizer, request.Options.StopStrings)).ToList();
        try
        {
            await foreach (var token in channel.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
            {
                yield return new AnswerDelta(token.Sequence, texts[token.Sequence].Add(token), [token], token.Finish);
            }

            yield return new AnswerDelta(0, "", [], null, ticket.Usage);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Ends the model's thread; what is under way is given up.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _stop.Cancel();
        _work.CompleteAdding();
        _thread.Join();
        _store?.Dispose();
        _prefixes.Dispose();
        _adapters.Dispose();
        _work.Dispose();
        _stop.Dispose();
        _owned?.Dispose();
    }

    private RunningBatch NewBatch(PrefixCache? prefixes) => new(
        _language, _options.MaxBatch, ids => Tokenizer.Decode(ids, skipSpecialTokens: true, cleanUpTokenizationSpaces: false), prefixes)
    {
        SelectAdapters = _adapters.Select,
    };

    private async Task<EncodedMedia> EncodeAsync(MediaInput media, string? adapter, CancellationToken cancellation)
    {
        if (_store is null)
        {
            throw new InvalidRequestException($"{Name} is a language model and sees no images or videos. Ask without {media.Name}, or a vision-language model.", "messages");
        }

        var seen = _adapters.ForVision(adapter);
        return await _store.GetAsync(media, seen, () => _adapters.Select([(seen, int.MaxValue)]), cancellation).ConfigureAwait(false);
    }

    private async Task<Ticket> PrepareAsync(InferenceRequest request, Action<GeneratedToken>? received, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _open) > _options.MaxRequests)
        {
            Interlocked.Decrement(ref _open);
            throw new ServerBusyException($"{_options.MaxRequests} requests are under way or wait already. Ask again later.");
        }

        var ticket = new Ticket(received, () => Interlocked.Decrement(ref _open));
        try
        {
            if (request.Adapter is { } adapter && !_adapters.Names.Contains(adapter))
            {
                throw new InvalidRequestException($"There is no adapter '{adapter}': expected one of {string.Join(", ", _adapters.Names)}.", "model");
            }

            var prompt = request.Prompt is { } raw ? _writer.Raw(raw) : await WriteAsync(request.Messages, request, ticket, cancellation).ConfigureAwait(false);
            var second = request.Contrast is { } contrast ? await WriteAsync(contrast.Messages, request, ticket, cancellation).ConfigureAwait(false) : null;
            var longest = Math.Max(prompt.Length, second?.Length ?? 0);
            var room = ContextLength - longest;
            if (room < 1)
            {
                throw new InvalidRequestException(
                    $"{request.Name}: the prompt has {longest} tokens, the model takes {ContextLength}. " +
                    "Shorten the prompt, or lower the number of frames or --token-kept-ratio.", "messages", "context_length_exceeded");
            }

            var options = request.Options;
            ticket.Generation = new GenerationRequest
            {
                Name = request.Name,
                Prompt = prompt.Prompt,
                Contrast = second is null ? null : new Contrast(second.Prompt, request.Contrast!.Value.Alpha),
                Options = options with
                {
                    MaxNewTokens = Math.Min(options.MaxNewTokens, room),
                    EosTokenIds = options.EosTokenIds.Count > 0 ? options.EosTokenIds : EndTokens,
                },
                Seeds = request.Seeds,
                Adapter = request.Adapter,
                Constraint = request.Constraint,
                Received = options.NumBeams > 1 ? null : ticket.Receive,
                Prefilled = ticket.Prefilled,
                Cancellation = cancellation,
            };
            return ticket;
        }
        catch
        {
            ticket.Dispose();
            throw;
        }
    }

    private async Task<PreparedPrompt> WriteAsync(IReadOnlyList<Message> messages, InferenceRequest request, Ticket ticket, CancellationToken cancellation)
    {
        var media = new List<EncodedMedia>();
        foreach (var part in messages.SelectMany(m => m.Parts).Where(part => part.Media is not null))
        {
            media.Add(await EncodeAsync(part.Media!, request.Adapter, cancellation).ConfigureAwait(false));
            ticket.Holds.Add(media[^1]);
        }

        return await Task.Run(() => _writer.Write(messages, media, request.TemplateVariables), cancellation).ConfigureAwait(false);
    }

    /// <summary>Does something on the model's thread, between two tokens.</summary>
    private async Task<T> Do<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Enqueue(() =>
        {
            try
            {
                done.TrySetResult(work());
            }
            catch (Exception error)
            {
                done.TrySetException(error);
            }
        }, () => done.TrySetCanceled());
        return await done.Task.ConfigureAwait(false);
    }

    private void Enqueue(Action work, Action refused)
    {
        try
        {
            _work.Add(() =>
            {
                if (_stop.IsCancellationRequested)
                {
                    refused();
                }
                else
                {
                    work();
                }
            });
        }
        catch (InvalidOperationException)
        {
            refused();
        }
    }

    private async Task<IReadOnlyList<GenerationResult[]>> Submit(IReadOnlyList<Ticket> tickets)
    {
        Enqueue(() =>
        {
            if (_together)
            {
                foreach (var ticket in tickets)
                {
                    _batch.Add(ticket.Generation, ticket.Complete);
                }
            }
            else
            {
                Alone(tickets);
            }
        }, () =>
        {
            foreach (var ticket in tickets)
            {
                ticket.Complete(null, new OperationCanceledException());
            }
        });
        return await Task.WhenAll(tickets.Select(ticket => ticket.Done)).ConfigureAwait(false);
    }

    private void Run()
    {
        using var noGrad = NoGrad.Begin();
        while (!_stop.IsCancellationRequested)
        {
            while (!_stop.IsCancellationRequested && (_batch.IsEmpty ? TakeOrEnd(out var work) : _work.TryTake(out work)))
            {
                work!();
            }

            try
            {
                _batch.Step();
                _rows = _batch.Rows;
            }
            catch (Exception) when (!_stop.IsCancellationRequested)
            {
                // One request may have done it (it doesn't fit into the memory): the others must not go down with it.
                _prefixes.Clear();
                foreach (var (request, done) in _batch.TakeAll())
                {
                    ((Ticket)done.Target!).Again();
                    Alone([(Ticket)done.Target!]);
                }
            }
        }

        foreach (var (_, done) in _batch.TakeAll())
        {
            done(null, new OperationCanceledException());
        }

        while (_work.TryTake(out var work))
        {
            work();
        }

        _batch.Dispose();
    }

    private bool TakeOrEnd(out Action? work)
    {
        try
        {
            return _work.TryTake(out work, Timeout.Infinite, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            work = null;
            return false;
        }
    }

    /// <summary>Some requests by themselves, to their end.</summary>
    private void Alone(IReadOnlyList<Ticket> tickets)
    {
        using var batch = NewBatch(null);
        foreach (var ticket in tickets)
        {
            batch.Add(ticket.Generation, ticket.Complete);
        }

        try
        {
            while (batch.Step() && !_stop.IsCancellationRequested)
            {
            }
        }
        catch (Exception error)
        {
            foreach (var (_, done) in batch.TakeAll())
            {
                done(null, error);
            }
        }

        foreach (var (_, done) in batch.TakeAll())
        {
            done(null, new OperationCanceledException());
        }

        _aloneDecoded += batch.DecodedTokens;
        _alonePrefilled += batch.PrefilledTokens;
    }

    /// <summary>A request on its way through the batch: what it holds, who is told.</summary>
    private sealed class Ticket(Action<GeneratedToken>? received, Action released) : IDisposable
    {
        private readonly TaskCompletionSource<GenerationResult[]> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Dictionary<int, int> _given = [], _seen = [];
        private int _prompt, _cached, _released;

        internal GenerationRequest Generation { get; set; } = null!;

        internal List<EncodedMedia> Holds { get; } = [];

        internal List<GeneratedToken> Tokens { get; } = [];

        internal Task<GenerationResult[]> Done => _done.Task;

        internal Usage Usage => new(_prompt, _cached, _given.Values.Sum());

        internal void Prefilled(int tokens, int cached) => (_prompt, _cached) = (tokens, cached);

        internal void Receive(GeneratedToken token)
        {
            // Sequences of one request that began at different times choose their tokens on different threads.
            lock (_given)
            {
                var seen = _seen[token.Sequence] = _seen.GetValueOrDefault(token.Sequence) + 1;
                if (seen <= _given.GetValueOrDefault(token.Sequence))
                {
                    return;
                }

                _given[token.Sequence] = seen;
                if (received is null)
                {
                    Tokens.Add(token);
                }
                else
                {
                    received(token);
                }
            }
        }

        /// <summary>It begins once more; tokens that were given are not given again.</summary>
        internal void Again() => _seen.Clear();

        internal void Complete(GenerationResult[]? results, Exception? error)
        {
            Dispose();
            _ = error switch
            {
                null => _done.TrySetResult(results!),
                OperationCanceledException cancelled => _done.TrySetCanceled(cancelled.CancellationToken),
                _ => _done.TrySetException(error),
            };
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0)
            {
                Holds.ForEach(media => media.Dispose());
                released();
            }
        }
    }
}
