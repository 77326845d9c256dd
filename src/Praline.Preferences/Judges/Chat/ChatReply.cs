using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Praline.Preferences;

/// <summary>What came back from one attempt, and what it means.</summary>
internal sealed partial record ChatReply
{
    internal enum Kind
    {
        /// <summary>An answer.</summary>
        Answer,

        /// <summary>Try again.</summary>
        Retry,

        /// <summary>An answer was delivered, and maybe paid for, that can't be read.</summary>
        Unreadable,

        /// <summary>This request will never be answered.</summary>
        Fail,

        /// <summary>No request will be answered.</summary>
        Stop,
    }

    public required Kind Meaning { get; init; }

    public ChatAnswer? Answer { get; init; }

    /// <summary>What went wrong, in words.</summary>
    public string Problem { get; init; } = "";

    /// <summary>Whether the endpoint was asked too much.</summary>
    public bool Refused { get; init; }

    /// <summary>How long the endpoint wants to be left alone.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether it is about the request's form (400, 422): another form may be taken.</summary>
    public bool IsAboutForm { get; init; }

    /// <summary>The form that the request was written in (see <see cref="ChatBody"/>).</summary>
    public int Form { get; init; }

    public static ChatReply NoAnswer(string problem, bool refused = false) =>
        new() { Meaning = Kind.Retry, Problem = problem, Refused = refused };

    /// <summary>A delivered answer that can't be read; it is kept as it came.</summary>
    public static ChatReply CannotRead(string problem, string body) => new()
    {
        Meaning = Kind.Unreadable,
        Problem = problem,
        Answer = new ChatAnswer { Text = "", FinishReason = ChatAnswer.Unreadable, Raw = body },
    };

    /// <summary>Reads an HTTP answer.</summary>
    /// <param name="status">The status code.</param>
    /// <param name="body">The body's text.</param>
    /// <param name="header">Gives a header's value by name.</param>
    public static ChatReply Read(int status, string body, Func<string, string?> header)
    {
        if (status is >= 300 and < 400)
        {
            var to = Uri.TryCreate(header("Location"), UriKind.RelativeOrAbsolute, out var location) && location.IsAbsoluteUri
                ? location.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) : header("Location") ?? "nowhere";
            return new() { Meaning = Kind.Stop, Problem = $"The endpoint redirects to {to} (HTTP {status}), which is not followed: the questions would go there. Set API_URL to the right address" };
        }

        var root = Parse(WithoutLoneSurrogates(body));
        if (root is null)
        {
            if (status == 200 && body.Trim() is { Length: > 0 } unread && unread[0] != '<')
            {
                return CannotRead(unread.StartsWith("data:", StringComparison.Ordinal) || unread.StartsWith("event:", StringComparison.Ordinal)
                    ? "The endpoint sent a stream of events, though asked not to stream."
                    : $"The endpoint sent an answer that is not JSON: {Shorten(unread)}", body);
            }

            var what = body.TrimStart().StartsWith('<') ? "an HTML page instead of an answer; is the URL right (it usually ends in /v1)?"
                : body.Length == 0 ? "an empty answer" : "an answer that is not JSON";
            return status == 200
                ? NoAnswer($"The endpoint sent {what}")
                : OfStatus(status, $"HTTP {status}, with {what}", "", header);
        }

        var error = root.Value.TryGetProperty("error", out var e) && e.ValueKind is JsonValueKind.Object or JsonValueKind.String ? e : (JsonElement?)null;
        if (status == 200 && error is null)
        {
            return ReadAnswer(root.Value, body);
        }

        var (message, code) = ReadError(error ?? root.Value);

        // Some endpoints put the status of the model behind them into an error that comes as 200.
        var inner = status == 200 && int.TryParse(code, out var number) ? number : status;
        return OfStatus(inner == 200 ? 500 : inner, $"HTTP {inner}: {message}", code, header);
    }

    private static ChatReply OfStatus(int status, string problem, string code, Func<string, string?> header) => status switch
    {
        429 when code is "insufficient_quota" or "billing_hard_limit_reached" =>
            new() { Meaning = Kind.Stop, Problem = $"The account has no credit left ({problem}). Add credit" },
        402 => new() { Meaning = Kind.Stop, Problem = $"The account has no credit left ({problem}). Add credit" },
        401 or 403 when !problem.Contains("moderat", StringComparison.OrdinalIgnoreCase) && !problem.Contains("flagged", StringComparison.OrdinalIgnoreCase) =>
            new() { Meaning = Kind.Stop, Problem = $"The endpoint does not accept the key; it is wrong or expired ({problem}). Set API_KEY to a valid key" },
        404 => new() { Meaning = Kind.Stop, Problem = $"The endpoint does not know the model or the address ({problem}). Check API_MODEL and API_URL" },
        408 or 409 or 425 or 429 or >= 500 => new()
        {
            Meaning = Kind.Retry,
            Problem = problem,
            Refused = status is 408 or 429 or 503 or 529,
            RetryAfter = WaitOf(header),
        },
        _ => new() { Meaning = Kind.Fail, Problem = problem, IsAboutForm = status is 400 or 422 },
    };

    private static ChatReply ReadAnswer(JsonElement root, string body)
    {
        if (!root.TryGetProperty("choices", out var choices) || choices.ValueKind != JsonValueKind.Array || choices.GetArrayLength() == 0 || choices[0].ValueKind != JsonValueKind.Object ||
            !choices[0].TryGetProperty("message", out var message) || message.ValueKind != JsonValueKind.Object)
        {
            return CannotRead($"The endpoint sent JSON without choices[0].message: {Shorten(body)}", body);
        }

        var usage = root.TryGetProperty("usage", out var u) && u.ValueKind == JsonValueKind.Object ? u : (JsonElement?)null;
        return new ChatReply
        {
            Meaning = Kind.Answer,
            Answer = new ChatAnswer
            {
                Text = ContentOf(message),
                FinishReason = TextOf(choices[0], "finish_reason") ?? "",
                Refusal = TextOf(message, "refusal"),
                PromptTokens = CountOf(usage, "prompt_tokens"),
                CompletionTokens = CountOf(usage, "completion_tokens"),
                Raw = body,
            },
        };
    }

    // A text, or a list of parts with texts.
    private static string ContentOf(JsonElement message) =>
        !message.TryGetProperty("content", out var content) ? ""
        : content.ValueKind == JsonValueKind.Array
            ? string.Concat(content.EnumerateArray().Select(part => part.ValueKind == JsonValueKind.Object ? TextOf(part, "text") : null))
            : TextOf(message, "content") ?? "";

    private static (string Message, string Code) ReadError(JsonElement error)
    {
        if (error.ValueKind == JsonValueKind.String)
        {
            return (error.GetString()!, "");
        }

        var code = error.TryGetProperty("code", out var c)
            ? c.ValueKind == JsonValueKind.String ? c.GetString()! : c.ValueKind == JsonValueKind.Number ? c.GetRawText() : ""
            : "";
        var message = TextOf(error, "message") ?? TextOf(error, "detail") ?? error.GetRawText();
        return (message.Length <= 400 ? message : message[..400] + "...", code.Length > 0 ? code : TextOf(error, "type") ?? "");
    }

    private static string Shorten(string text) => text.Length <= 120 ? text : text[..117] + "...";

    /// <summary>Half a character, which models that cut in the midst of an emoji send (<c>\ud83d</c> alone), reads as U+FFFD.</summary>
    private static string WithoutLoneSurrogates(string json) =>
        json.Contains("\\ud", StringComparison.OrdinalIgnoreCase) ? Escapes().Replace(json, m => m.Groups["lone"].Success ? "\\ufffd" : m.Value) : json;

    // Backslash pairs and whole characters first: what is left of \ud… is half of one.
    [GeneratedRegex(@"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?<lone>\\u[dD][89a-fA-F][0-9a-fA-F]{2})", RegexOptions.CultureInvariant)]
    private static partial Regex Escapes();

    private static JsonElement? Parse(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? TextOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int CountOf(JsonElement? usage, string name) =>
        usage is { } u && u.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var count) ? count : 0;

    // A date is compared with the endpoint's own Date, so that a wrong clock here does no harm.
    private static TimeSpan? WaitOf(Func<string, string?> header)
    {
        if (double.TryParse(header("retry-after-ms"), NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds >= 0)
        {
            return TimeSpan.FromMilliseconds(Math.Min(milliseconds, 1e9));
        }

        var value = header("Retry-After");
        if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds >= 0)
        {
            return TimeSpan.FromSeconds(Math.Min(seconds, 1e6));
        }

        return DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, out var until) &&
            DateTimeOffset.TryParse(header("Date"), CultureInfo.InvariantCulture, out var now) && until > now
            ? until - now
            : null;
    }
}
