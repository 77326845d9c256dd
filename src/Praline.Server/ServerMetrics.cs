using System.Diagnostics.Metrics;
using Praline.Inference;

namespace Praline.Server;

/// <summary>What <c>/metrics</c> shows, as an OpenTelemetry meter.</summary>
internal sealed class ServerMetrics
{
    /// <summary>The meter's name.</summary>
    internal const string Name = "Praline.Server";

    private readonly Counter<long> _requests, _promptTokens, _cachedTokens, _completionTokens;
    private readonly Histogram<double> _seconds, _firstToken;

    public ServerMetrics(IMeterFactory factory, ModelServer server)
    {
        var meter = factory.Create(Name);
        var seconds = new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300] };
        _requests = meter.CreateCounter<long>("praline.requests", description: "Requests that were answered, by route and status.");
        _seconds = meter.CreateHistogram("praline.request.duration", "s", "From the request's head to the end of its answer.", advice: seconds);
        _firstToken = meter.CreateHistogram("praline.first_token.duration", "s", "From the request's head to the first token.", advice: seconds);
        _promptTokens = meter.CreateCounter<long>("praline.prompt_tokens", description: "Tokens of prompts, visual ones among them.");
        _cachedTokens = meter.CreateCounter<long>("praline.cached_tokens", description: "Tokens of prompts that were not computed again.");
        _completionTokens = meter.CreateCounter<long>("praline.completion_tokens", description: "New tokens of complete answers.");
        meter.CreateObservableCounter("praline.decoded_tokens", () => server.DecodedTokens, description: "New tokens computed, of given-up answers too.");
        meter.CreateObservableCounter("praline.encoded_media", () => server.EncodedMedia, description: "Images and videos that went through the vision part.");
        meter.CreateObservableGauge("praline.running_rows", () => server.RunningRows, description: "Answers that decode now.");
        meter.CreateObservableGauge("praline.open_requests", () => server.OpenRequests, description: "Requests that are under way or wait.");
    }

    internal void Request(string route, int status, TimeSpan time)
    {
        _requests.Add(1, new("route", route), new("status", status));
        _seconds.Record(time.TotalSeconds, new KeyValuePair<string, object?>("route", route));
    }

    internal void FirstToken(TimeSpan time) => _firstToken.Record(time.TotalSeconds);

    internal void Answered(string model, Usage usage)
    {
        var tag = new KeyValuePair<string, object?>("model", model);
        _promptTokens.Add(usage.PromptTokens, tag);
        _cachedTokens.Add(usage.CachedTokens, tag);
        _completionTokens.Add(usage.CompletionTokens, tag);
    }
}
