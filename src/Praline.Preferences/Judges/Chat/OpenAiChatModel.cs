using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;

namespace Praline.Preferences;

/// <summary>
/// An OpenAI-compatible endpoint, used as hard as it bears and no harder: adaptive concurrency, limits per minute, a deadline for each attempt, retries
/// with growing jittered waits that honour <c>Retry-After</c>. What no retry can mend (a wrong key, an unknown model, no credit) stops at once.
/// </summary>
/// <remarks>
/// The endpoint is not trusted: redirects are not followed, bodies are bounded (packed and unpacked), and so are the times to the first byte, between
/// bytes and of the whole. The first failure of each kind is reported at once.
/// </remarks>
public sealed class OpenAiChatModel : IChatModel, IDisposable
{
    /// <summary>So often a question is asked whose answers can't be read, and so many such answers, with no other, stop the stage.</summary>
    private const int MostUnreadable = 3, UnreadableToStop = 5;

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1), Grace = TimeSpan.FromSeconds(5);

    private readonly ChatOptions _options;
    private readonly HttpClient _http;
    private readonly Uri _address;
    private readonly ChatBody _body;
    private readonly AdaptiveConcurrency _gate;
    private readonly RateWindow? _requests, _tokens;
    private readonly CancellationTokenSource _stop = new();
    private StopStageException? _stopped;
    private readonly ConcurrentDictionary<string, bool> _reported = new();
    private long _answers, _lastAnswer, _attempts, _formRefusals, _unreadable;
    private double _answerTokens = 256;

    /// <summary>Connects to an endpoint; nothing is sent yet.</summary>
    /// <exception cref="PralineException">The options make no sense.</exception>
    public OpenAiChatModel(ChatOptions options)
    {
        options.Validate();
        _options = options;
        _http = new HttpClient(new SocketsHttpHandler
        {
            MaxConnectionsPerServer = options.MaxConcurrency,
            ConnectTimeout = TimeSpan.FromSeconds(Math.Min(30, options.Deadline.TotalSeconds)),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            AllowAutoRedirect = false, // the question and the key go where the user said, nowhere else
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None, // the body is unpacked here, with a bound
            MaxResponseHeadersLength = 64, // KB
        })
        {
            Timeout = Timeout.InfiniteTimeSpan, // each attempt has its own limits: Deadline, FirstByte, BetweenBytes
        };
        _address = options.Address;
        _body = new ChatBody(options);
        _gate = new AdaptiveConcurrency(options.MaxConcurrency);
        _requests = options.RequestsPerMinute is { } requests ? new RateWindow(requests) : null;
        _tokens = options.TokensPerMinute is { } tokens ? new RateWindow(tokens) : null;
        _lastAnswer = Stopwatch.GetTimestamp();
    }

    /// <inheritdoc/>
    public string Name => _options.Model;

    /// <summary>How many requests may be in flight now.</summary>
    public int Concurrency => _gate.Limit;

    /// <summary>How many attempts were sent.</summary>
    public long Attempts => Interlocked.Read(ref _attempts);

    /// <inheritdoc/>
    public async Task<ChatAnswer> AskAsync(ChatRequest request, CancellationToken cancellation, Action<ChatAnswer>? received = null)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stop.Token);
        try
        {
            return await AskUntilAnswered(request, received, either.Token).ConfigureAwait(false);
        }
        catch (StopStageException e)
        {
            // All other requests would meet the same: end their waits too.
            Interlocked.CompareExchange(ref _stopped, e, null);
            await _stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
        catch (OperationCanceledException) when (_stopped is not null && !cancellation.IsCancellationRequested)
        {
            throw new StopStageException(_stopped.Message, _stopped);
        }
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose()
    {
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task<ChatAnswer> AskUntilAnswered(ChatRequest request, Action<ChatAnswer>? received, CancellationToken cancellation)
    {
        var unreadable = 0;
        var (begun, answersBefore) = (Stopwatch.GetTimestamp(), Interlocked.Read(ref _answers));
        for (var attempt = 1; ; attempt++)
        {
            var reply = await Try(request, received, cancellation).ConfigureAwait(false);
            switch (reply.Meaning)
            {
                case ChatReply.Kind.Answer:
                    Interlocked.Increment(ref _answers);
                    Interlocked.Exchange(ref _lastAnswer, Stopwatch.GetTimestamp());
                    return reply.Answer!;

                case ChatReply.Kind.Unreadable:
                    Report(reply);
                    Interlocked.Exchange(ref _lastAnswer, Stopwatch.GetTimestamp()); // it is an answer, and paid for
                    if (Interlocked.Increment(ref _unreadable) >= UnreadableToStop && Interlocked.Read(ref _answers) == 0)
                    {
                        throw new StopStageException(
                            $"{_options}: none of the endpoint's first answers can be read: {reply.Problem} Check API_URL and API_MODEL, then start the same command again.");
                    }

                    if (++unreadable >= MostUnreadable)
                    {
                        throw new ChatException($"{unreadable} answers came and can't be read; the last: {reply.Problem}", transient: false);
                    }

                    break;

                case ChatReply.Kind.Stop:
                    throw new StopStageException($"{_options}: {reply.Problem}, then start the same command again; answers that came are kept.");

                case ChatReply.Kind.Fail when reply.IsAboutForm && _body.Adapt(reply.Problem, reply.Form):
                    continue;

                case ChatReply.Kind.Fail:
                    Report(reply);
                    throw Failed(reply);

                default:
                    Report(reply);
                    break;
            }

            var othersAnswered = Interlocked.Read(ref _answers) > answersBefore;
            if (attempt >= _options.MaxAttempts && othersAnswered)
            {
                throw new ChatException($"No answer after {attempt} attempts; the last: {reply.Problem}", transient: true);
            }

            var silence = Stopwatch.GetElapsedTime(Math.Max(begun, Interlocked.Read(ref _lastAnswer)));
            var wait = WaitBefore(attempt, reply.RetryAfter);
            if (silence + wait > _options.GiveUpAfter)
            {
                throw new StopStageException(
                    $"{_options}: the endpoint has not answered anything for {silence.TotalMinutes:0.#} minutes" +
                    (reply.RetryAfter > _options.GiveUpAfter ? $" and asks to wait {reply.RetryAfter.Value.TotalMinutes:0} more" : "") +
                    $"; the last problem: {reply.Problem} Start the same command again when it is back; answers that came are kept.");
            }

            await Task.Delay(wait, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<ChatReply> Try(ChatRequest request, Action<ChatAnswer>? received, CancellationToken cancellation)
    {
        if (_requests is not null)
        {
            await _requests.TakeAsync(1, cancellation).ConfigureAwait(false);
        }

        var estimate = request.Turns.Sum(t => t.Text.Length / 4.0 + 8) + Math.Min(_answerTokens, request.MaxTokens);
        var taken = _tokens is null ? null : await _tokens.TakeAsync(estimate, cancellation).ConfigureAwait(false);
        await _gate.EnterAsync(cancellation).ConfigureAwait(false);
        var reply = ChatReply.NoAnswer("cancelled");
        try
        {
            reply = await Send(request, cancellation).ConfigureAwait(false);
            if (reply.Answer is { } whole)
            {
                received?.Invoke(whole); // read or not: it was delivered
            }
        }
        finally
        {
            _gate.Leave(reply.Refused);
        }

        if (reply.Answer is { PromptTokens: > 0 } answer)
        {
            _answerTokens += 0.05 * (answer.CompletionTokens - _answerTokens);
            if (taken is not null)
            {
                _tokens!.Correct(taken, answer.PromptTokens + answer.CompletionTokens);
            }
        }

        return reply;
    }

    private async Task<ChatReply> Send(ChatRequest request, CancellationToken cancellation)
    {
        var begun = Stopwatch.GetTimestamp();
        cancellation.ThrowIfCancellationRequested();
        Interlocked.Increment(ref _attempts);
        using var deadline = new CancellationTokenSource(_options.Deadline);

        // What is sent is paid for: when the run is stopped, the answer has a moment to come.
        await using var hurry = cancellation.Register(() => deadline.CancelAfter(Grace)).ConfigureAwait(false);
        try
        {
            using var content = new ByteArrayContent(_body.Write(request, out var form));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var message = new HttpRequestMessage(HttpMethod.Post, _address) { Content = content };
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _options.Key.Length > 0 ? _options.Key : "none");
            message.Headers.Accept.ParseAdd("application/json");
            message.Headers.UserAgent.ParseAdd("praline");
            deadline.CancelAfter(Shorter(_options.FirstByte, _options.Deadline));
            using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, deadline.Token).ConfigureAwait(false);
            deadline.CancelAfter(cancellation.IsCancellationRequested ? Grace : Shorter(_options.Deadline - Stopwatch.GetElapsedTime(begun), _options.Deadline));
            var body = await ResponseBody.ReadAsync(response, _options, deadline.Token).ConfigureAwait(false);
            var reply = body.Problem is { } problem
                ? ChatReply.CannotRead($"{problem}", body.Text)
                : ChatReply.Read((int)response.StatusCode, Redact(body.Text), name => HeaderOf(response, name));
            return reply with
            {
                Problem = Redact(reply.Problem),
                Form = form,
                Answer = reply.Answer is null ? null : reply.Answer with { Seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds },
            };
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            cancellation.ThrowIfCancellationRequested();
            if (deadline.IsCancellationRequested || e is OperationCanceledException or TimeoutException)
            {
                return ChatReply.NoAnswer(
                    $"No whole answer within {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.#} seconds (limits: {_options.Deadline.TotalSeconds:0.#} for an answer, " +
                    $"{_options.BetweenBytes.TotalSeconds:0.#} between its bytes).", refused: true);
            }

            return e.InnerException is AuthenticationException tls && Interlocked.Read(ref _answers) == 0
                ? new ChatReply
                {
                    Meaning = ChatReply.Kind.Stop,
                    Problem = $"The endpoint's certificate is not accepted ({Redact(tls.Message)}). Check API_URL, or trust the certificate on this machine (SSL_CERT_FILE)",
                }
                : ChatReply.NoAnswer($"The connection failed: {Redact((e.InnerException ?? e).Message)}");
        }
    }

    private static string? HeaderOf(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values) ? values.First() : null;

    private static TimeSpan Shorter(TimeSpan? one, TimeSpan other) =>
        one is { } limit && limit < other ? limit > TimeSpan.Zero ? limit : TimeSpan.FromMilliseconds(1) : other;

    /// <summary>The first failure of each kind, while the work goes on.</summary>
    private void Report(ChatReply reply)
    {
        var kind = reply.Problem.Length <= 40 ? reply.Problem : reply.Problem[..40];
        if (_options.Report is { } report && _reported.Count < 20 && _reported.TryAdd(kind, true))
        {
            report($"{_options}: {reply.Problem}");
        }
    }

    // The form of every request is the same: when none was ever taken, the next thousand won't be either.
    private Exception Failed(ChatReply reply) =>
        reply.IsAboutForm && Interlocked.Increment(ref _formRefusals) >= 20 && Interlocked.Read(ref _answers) == 0
            ? new StopStageException($"{_options}: the endpoint refuses every request: {reply.Problem} Check API_MODEL and API_URL.")
            : new ChatException(reply.Problem, transient: false);

    private TimeSpan WaitBefore(int attempt, TimeSpan? asked)
    {
        var seconds = Math.Min(LongestWait.TotalSeconds, _options.FirstWait.TotalSeconds * Math.Pow(2, Math.Min(attempt - 1, 20)));
        var jittered = TimeSpan.FromSeconds(seconds * (0.5 + Random.Shared.NextDouble() / 2));
        return asked > jittered ? asked.Value + TimeSpan.FromMilliseconds(Random.Shared.Next(250)) : jittered;
    }

    // Some endpoints repeat the key in their errors.
    private string Redact(string text) => _options.Key.Length >= 4 ? text.Replace(_options.Key, "[API_KEY]") : text;
}
