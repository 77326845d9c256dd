using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Praline.Inference;
using Praline.Media;

namespace Praline.Server;

/// <summary>A request that is refused, as the OpenAI API says it.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="message">What was expected and found.</param>
/// <param name="parameter">The part of the request, such as <c>messages[0].content</c>.</param>
/// <param name="code">A word for programs.</param>
internal sealed class ApiException(int status, string message, string? parameter = null, string? code = null) : Exception(message)
{
    internal int Status => status;

    /// <summary>The body: <c>{"error": {"message", "type", "param", "code"}}</c>.</summary>
    internal JsonObject Body => new()
    {
        ["error"] = new JsonObject { ["message"] = Message, ["type"] = TypeOf(status), ["param"] = parameter, ["code"] = code },
    };

    internal static ApiException Invalid(string parameter, string message, string? code = null) =>
        new(StatusCodes.Status400BadRequest, message, parameter, code);

    /// <summary>What any failure of a request is to its client. What is not the client's to know is null; whoever gets that logs the failure.</summary>
    internal static ApiException? Of(Exception error) => error switch
    {
        ApiException api => api,
        InvalidRequestException invalid when invalid.Parameter == "model" => new(StatusCodes.Status404NotFound, invalid.Message, "model", "model_not_found"),
        InvalidRequestException invalid => Invalid(invalid.Parameter, invalid.Message, invalid.Code),
        ServerBusyException busy => new(StatusCodes.Status429TooManyRequests, busy.Message, code: "queue_full"),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
            new(StatusCodes.Status413PayloadTooLarge, "The request's body is too large for this server (--max-body).", code: "request_too_large"),
        BadHttpRequestException bad => new(bad.StatusCode, bad.Message),
        MediaException media => Invalid("messages", media.Message, "invalid_media"),
        OperationCanceledException => new(StatusCodes.Status503ServiceUnavailable, "The server is stopping. Ask again later.", code: "server_stopping"),
        PralineException known => new(StatusCodes.Status400BadRequest, known.Message),
        _ => null,
    };

    private static string TypeOf(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => "authentication_error",
        StatusCodes.Status403Forbidden => "permission_error",
        StatusCodes.Status429TooManyRequests => "rate_limit_error",
        >= 500 => "server_error",
        _ => "invalid_request_error",
    };
}
