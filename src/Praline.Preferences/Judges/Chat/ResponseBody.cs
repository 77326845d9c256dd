using System.Buffers;
using System.IO.Compression;
using System.Text;

namespace Praline.Preferences;

/// <summary>Reads an endpoint's body with bounds on its size, packed and unpacked, and on the time between its parts.</summary>
internal static class ResponseBody
{
    /// <returns>The text; with a problem when it is not whole or not text.</returns>
    public static async Task<(string Text, string? Problem)> ReadAsync(HttpResponseMessage response, ChatOptions options, CancellationToken cancellation)
    {
        var (packed, tooLong) = await ReadAsync(await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false), options, cancellation).ConfigureAwait(false);
        if (tooLong)
        {
            return (Start(packed), $"The endpoint's answer is longer than {options.MaxAnswerBytes:N0} bytes: the rest was not read.");
        }

        var bytes = packed;
        foreach (var encoding in response.Content.Headers.ContentEncoding.Reverse())
        {
            if (Unpacker(encoding, bytes) is not { } unpacker)
            {
                return ("", $"The endpoint sent an answer that is packed as '{encoding}', which it was not asked for.");
            }

            try
            {
                await using (unpacker.ConfigureAwait(false))
                {
                    (bytes, tooLong) = await ReadAsync(unpacker, options, cancellation).ConfigureAwait(false);
                }
            }
            catch (InvalidDataException damaged)
            {
                return ("", $"The endpoint's answer is not the {encoding} that it says it is: {damaged.Message}");
            }

            if (tooLong)
            {
                return (Start(bytes), $"The endpoint's answer unpacks to more than {options.MaxAnswerBytes:N0} bytes: the rest was not read.");
            }
        }

        return (Encoding.UTF8.GetString(bytes), null);
    }

    private static string Start(byte[] bytes) => Encoding.UTF8.GetString(bytes, 0, Math.Min(bytes.Length, 4096));

    private static Stream? Unpacker(string encoding, byte[] packed) => encoding.ToLowerInvariant() switch
    {
        "identity" => new MemoryStream(packed),
        "gzip" or "x-gzip" => new GZipStream(new MemoryStream(packed), CompressionMode.Decompress),
        "deflate" => new ZLibStream(new MemoryStream(packed), CompressionMode.Decompress),
        "br" => new BrotliStream(new MemoryStream(packed), CompressionMode.Decompress),
        _ => null,
    };

    private static async Task<(byte[] Bytes, bool TooLong)> ReadAsync(Stream stream, ChatOptions options, CancellationToken cancellation)
    {
        using var whole = new MemoryStream();
        var part = ArrayPool<byte>.Shared.Rent(1 << 15);
        using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            for (; ; )
            {
                pause.CancelAfter(options.BetweenBytes);
                var read = await stream.ReadAsync(part, pause.Token).ConfigureAwait(false);
                if (read == 0)
                {
                    return (whole.ToArray(), false);
                }

                whole.Write(part, 0, (int)Math.Min(read, options.MaxAnswerBytes - whole.Length));
                if (whole.Length >= options.MaxAnswerBytes)
                {
                    return (whole.ToArray(), true);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(part);
        }
    }
}
