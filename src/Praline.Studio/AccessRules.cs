using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Praline.Studio;

/// <summary>
/// Who is answered: requests to this server's own name only (another name that a hostile page resolves to loopback is refused), cross-site requests never,
/// and with a token only browsers that brought it. Pages may load nothing from elsewhere.
/// </summary>
internal sealed class AccessRules(StudioOptions options)
{
    private const string Cookie = "praline_studio";
    private const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; media-src 'self'; font-src 'self' data:; "
        + "connect-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    private readonly string? _cookie = options.Token is { } token ? Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes("studio " + token))) : null;

    public Task Apply(HttpContext context, RequestDelegate next)
    {
        var (request, headers) = (context.Request, context.Response.Headers);
        headers.ContentSecurityPolicy = ContentPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (!IsOwnName(request.Host.Host))
        {
            return Refuse(context, StatusCodes.Status421MisdirectedRequest, $"This server is not {request.Host.Host}.");
        }

        if (request.Headers.Origin is [{ } origin] && !SameOrigin(origin, request))
        {
            return Refuse(context, StatusCodes.Status403Forbidden, "Requests from other sites are refused.");
        }

        if (request.Headers["Sec-Fetch-Site"] is [("cross-site" or "same-site") and var site] && request.Headers["Sec-Fetch-Mode"] != "navigate")
        {
            return Refuse(context, StatusCodes.Status403Forbidden, $"A {site} request is refused.");
        }

        if (_cookie is null || Same(request.Cookies[Cookie], _cookie))
        {
            return next(context);
        }

        if (HttpMethods.IsGet(request.Method) && Same(request.Query["token"], options.Token!))
        {
            context.Response.Cookies.Append(Cookie, _cookie, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Path = "/" });
            context.Response.Redirect(request.Path); // the token leaves the address bar
            return Task.CompletedTask;
        }

        return Refuse(context, StatusCodes.Status401Unauthorized, "Open the address that the studio printed when it started (it ends with ?token=…).");
    }

    private bool IsOwnName(string host) => host is "localhost" or "127.0.0.1" or "[::1]" or "::1"
        || (!IPAddress.IsLoopback(options.Address) && (options.Token is not null));

    private static bool SameOrigin(string origin, HttpRequest request) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri) && string.Equals(uri.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);

    private static bool Same(string? given, string expected) =>
        given is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected));

    private static Task Refuse(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text + "\n");
    }
}
