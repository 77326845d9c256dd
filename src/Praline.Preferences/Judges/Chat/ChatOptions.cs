namespace Praline.Preferences;

/// <summary>Which endpoint answers, and how it may be used.</summary>
public sealed record ChatOptions
{
    /// <summary>The base URL of an OpenAI-compatible endpoint; it usually ends in <c>/v1</c>.</summary>
    public required string Url { get; init; }

    /// <summary>The key; empty where the endpoint wants none. It is written nowhere.</summary>
    public string Key { get; init; } = "";

    /// <summary>The model's name at the endpoint.</summary>
    public required string Model { get; init; }

    /// <summary>The most requests in flight. How many there are is found by trying: more while answers come, fewer when the endpoint refuses.</summary>
    public int MaxConcurrency { get; init; } = 64;

    /// <summary>The most requests in any minute; null for no limit.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>The most tokens (of questions and answers) in any minute; null for no limit.</summary>
    public int? TokensPerMinute { get; init; }

    /// <summary>The longest time for one attempt, from sending to the answer's last byte.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The longest time to an answer's first byte; null for <see cref="Deadline"/>.</summary>
    public TimeSpan? FirstByte { get; init; }

    /// <summary>The longest time from one part of an answer to the next.</summary>
    public TimeSpan BetweenBytes { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest answer in bytes, as it comes and unpacked. A judge's answer has some thousand.</summary>
    public int MaxAnswerBytes { get; init; } = 8 << 20;

    /// <summary>Hears the first failure of each kind at once, while the work goes on.</summary>
    public Action<string>? Report { get; init; }

    /// <summary>How often one request is tried while others get answers.</summary>
    public int MaxAttempts { get; init; } = 8;

    /// <summary>The wait after the first failed attempt; doubled with each further one, with jitter, up to a minute.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>How long nothing at all may be answered before the stage stops.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Ask for answers that follow a JSON schema; given up by itself where the endpoint refuses that.</summary>
    public bool UseJsonSchema { get; init; }

    /// <summary>The endpoint that <c>API_URL</c>, <c>API_KEY</c> and <c>API_MODEL</c> name; what is given here goes before.</summary>
    /// <exception cref="PralineException">No URL or no model is named.</exception>
    public static ChatOptions FromEnvironment(string? url = null, string? key = null, string? model = null) => new()
    {
        Url = Take(url, "API_URL") ?? throw Missing("endpoint", "API_URL", "--api-url"),
        Key = Take(key, "API_KEY") ?? "",
        Model = Take(model, "API_MODEL") ?? throw Missing("model", "API_MODEL", "--api-model"),
    };

    /// <summary>Refuses values that make no sense.</summary>
    /// <exception cref="PralineException">Says which value, and what it must be.</exception>
    public void Validate()
    {
        if (!Uri.TryCreate(Url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new PralineException("API_URL must be the address of an endpoint, such as https://api.openai.com/v1; what was given is none.");
        }

        if (BetweenBytes <= TimeSpan.Zero || MaxAnswerBytes < 1)
        {
            throw new PralineException("The time between bytes and the size of an answer must be above 0.");
        }

        if (MaxConcurrency < 1 || MaxAttempts < 1 || RequestsPerMinute is < 1 || TokensPerMinute is < 1 || Deadline <= TimeSpan.Zero)
        {
            throw new PralineException("Concurrency, attempts and the limits per minute must be at least 1, the deadline above 0.");
        }
    }

    /// <summary>Where questions go: the URL itself when it names the route already.</summary>
    internal Uri Address
    {
        get
        {
            const string route = "/chat/completions";
            var address = new UriBuilder(Url);
            var path = address.Path.TrimEnd('/');
            address.Path = path.EndsWith(route, StringComparison.OrdinalIgnoreCase) ? path : path + route;
            return address.Uri;
        }
    }

    /// <summary>Everything but the key.</summary>
    public override string ToString() => $"{Model} at {PublicUrl}";

    /// <summary>The URL without what may be secret in it: user, password and query.</summary>
    internal string PublicUrl => Uri.TryCreate(Url, UriKind.Absolute, out var uri) ? uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) : "?";

    private static string? Take(string? given, string name) =>
        !string.IsNullOrWhiteSpace(given) ? given.Trim()
        : Environment.GetEnvironmentVariable(name) is { } value && !string.IsNullOrWhiteSpace(value) ? value.Trim()
        : null;

    private static PralineException Missing(string what, string variable, string option) => new(
        $"The openai judge needs an {what}: set {variable} or give {option}. The offline judge (--judge offline) needs none.");
}
