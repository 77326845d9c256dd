using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Praline.Server;

/// <summary>
/// Who is answered: on loopback, requests to this machine's own name only (another name that a hostile page resolves to loopback is refused); pages of other sites
/// never; with an API key, whoever sends it.
/// </summary>
internal sealed class AccessRules(ServeOptions options)
{
    internal void Require(HttpRequest request)
    {
        if (IPAddress.IsLoopback(options.Address) && request.Host.Host is not ("localhost" or "127.0.0.1" or "[::1]" or "::1") && request.Host.Host != options.Address.ToString())
        {
            throw new ApiException(StatusCodes.Status421MisdirectedRequest, $"This server is not {request.Host.Host}.", code: "wrong_host");
        }

        if (request.Headers.Origin is { Count: > 0 } origins && !origins.All(origin => SameOrigin(origin, request)))
        {
            throw new ApiException(StatusCodes.Status403Forbidden, "Requests from pages of other sites are refused.", code: "cross_origin");
        }

        if (options.ApiKey is { } key && request.Path != "/health" && !Same(request.Headers.Authorization, $"Bearer {key}"))
        {
            request.HttpContext.Response.Headers.WWWAuthenticate = "Bearer";
            throw new ApiException(StatusCodes.Status401Unauthorized, "The API key is missing or wrong: send Authorization: Bearer KEY.", code: "invalid_api_key");
        }
    }

    private static bool SameOrigin(string? origin, HttpRequest request) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri) && string.Equals(uri.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);

    private static bool Same(string? given, string expected) =>
        given is not null && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(expected)));
}
