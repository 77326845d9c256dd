using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Praline.Server.Media;

/// <summary>
/// Fetches media by http(s). A name is resolved once and the connection goes to that very address, which must be public: neither a redirect nor a name that changes its
/// address between two look-ups leads into a private network. No proxy, no cookies, no credentials.
/// </summary>
internal sealed class RemoteMedia : IDisposable
{
    private const int MostRedirects = 5;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly HttpClient _client;
    private readonly long _maxBytes;

    /// <param name="maxBytes">Bytes of a medium at most.</param>
    /// <param name="isPublic">Whether an address may be connected to; the rule of <see cref="PublicAddress"/> but for tests.</param>
    internal RemoteMedia(long maxBytes, Func<IPAddress, bool>? isPublic = null)
    {
        _maxBytes = maxBytes;
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            MaxResponseHeadersLength = 32,
            ConnectCallback = (context, cancellation) => ConnectAsync(context.DnsEndPoint, isPublic ?? PublicAddress.Is, cancellation),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>What lies at an address.</summary>
    /// <exception cref="ApiException">It may not be fetched, or could not be.</exception>
    internal async Task<byte[]> FetchAsync(Uri address, string parameter, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(Deadline);
        try
        {
            for (var redirects = 0; redirects <= MostRedirects; redirects++)
            {
                Require(address, parameter);
                using var response = await _client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, deadline.Token).ConfigureAwait(false);
                if ((int)response.StatusCode is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is { } location)
                {
                    address = new Uri(address, location);
                    continue;
                }

                return response.IsSuccessStatusCode ? await ReadAsync(response, parameter, deadline.Token).ConfigureAwait(false)
                    : throw Failed(parameter, $"the address answers {(int)response.StatusCode}");
            }

            throw Failed(parameter, $"the address redirects more than {MostRedirects} times");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw Failed(parameter, $"nothing complete came within {Deadline.TotalSeconds:0} seconds");
        }
        catch (HttpRequestException error) when (error.InnerException is ApiException refused)
        {
            throw ApiException.Invalid(parameter, $"{parameter}: {refused.Message}", "address_not_allowed");
        }
        catch (Exception error) when (error is HttpRequestException or IOException or UriFormatException)
        {
            throw Failed(parameter, "the address can't be reached");
        }
    }

    public void Dispose() => _client.Dispose();

    private static void Require(Uri address, string parameter)
    {
        if (address.Scheme is not ("http" or "https") || address.UserInfo.Length > 0)
        {
            throw ApiException.Invalid(parameter, $"{parameter} should be an http or https address without credentials.", "invalid_url");
        }
    }

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint end, Func<IPAddress, bool> isPublic, CancellationToken cancellation)
    {
        var addresses = await Dns.GetHostAddressesAsync(end.Host, cancellation).ConfigureAwait(false);
        if (addresses.Length == 0 || !addresses.All(isPublic))
        {
            throw new ApiException(StatusCodes.Status400BadRequest, $"{end.Host} is no public address.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, end.Port, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<byte[]> ReadAsync(HttpResponseMessage response, string parameter, CancellationToken cancellation)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        using var bytes = new MemoryStream();
        var buffer = new byte[64 << 10];
        for (int count; (count = await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;)
        {
            if (bytes.Length + count > _maxBytes)
            {
                throw Failed(parameter, $"the medium has more than {_maxBytes} bytes");
            }

            bytes.Write(buffer, 0, count);
        }

        return bytes.ToArray();
    }

    private static ApiException Failed(string parameter, string why) => ApiException.Invalid(parameter, $"{parameter} can't be fetched: {why}.", "fetch_failed");
}
