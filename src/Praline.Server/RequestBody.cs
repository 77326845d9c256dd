using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;

namespace Praline.Server;

/// <summary>Reads bodies of JSON. All that are read or held at one time share a budget, so that many large ones can't fill the memory.</summary>
internal sealed class RequestBodies(ServeOptions options)
{
    private const int Piece = 64 << 10;
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64, AllowDuplicateProperties = false };
    private long _held;

    /// <summary>Bytes that are held now.</summary>
    internal long Held => Interlocked.Read(ref _held);

    /// <summary>The body of a request; it is let go of when the request's answer is complete.</summary>
    internal async Task<JsonElement> ReadAsync(HttpContext context)
    {
        var request = context.Request;
        if (!request.HasJsonContentType())
        {
            throw new ApiException(StatusCodes.Status415UnsupportedMediaType, $"The body should be application/json, found {request.ContentType ?? "no Content-Type"}.", code: "not_json");
        }

        if (request.Headers.ContentEncoding.Count > 0)
        {
            throw new ApiException(StatusCodes.Status415UnsupportedMediaType, $"Bodies are read as they are, not as {request.Headers.ContentEncoding}.", code: "content_encoding");
        }

        var reserved = 0L;
        context.Response.OnCompleted(() =>
        {
            Interlocked.Add(ref _held, -reserved);
            return Task.CompletedTask;
        });
        void Reserve(long bytes)
        {
            reserved += bytes;
            if (Interlocked.Add(ref _held, bytes) > options.MaxHeldBytes)
            {
                throw new ApiException(StatusCodes.Status429TooManyRequests, "The server holds as many large requests as it can. Ask again later.", code: "bodies_full");
            }
        }

        if (request.ContentLength > options.MaxBodyBytes)
        {
            throw new BadHttpRequestException("", StatusCodes.Status413PayloadTooLarge);
        }

        // What is announced is not trusted: memory grows with what came.
        using var body = new MemoryStream();
        var buffer = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            for (int count; (count = await request.Body.ReadAsync(buffer.AsMemory(0, Piece), context.RequestAborted).ConfigureAwait(false)) > 0;)
            {
                if (body.Length + count > options.MaxBodyBytes)
                {
                    throw new BadHttpRequestException("", StatusCodes.Status413PayloadTooLarge);
                }

                Reserve(count);
                body.Write(buffer, 0, count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return Parse(body.GetBuffer().AsMemory(0, (int)body.Length));
    }

    private static JsonElement Parse(ReadOnlyMemory<byte> utf8)
    {
        if (!Utf8.IsValid(utf8.Span))
        {
            throw new ApiException(StatusCodes.Status400BadRequest, "The body is no valid UTF-8.", code: "invalid_json");
        }

        try
        {
            RequireWholeCharacters(utf8.Span);
            using var document = JsonDocument.Parse(utf8, Strict);
            return document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, $"The body is no valid JSON: {error.Message}", code: "invalid_json");
        }
    }

    /// <summary>An escape may be half of a surrogate pair; who reads such a text finds out only then. Found here, once, for all.</summary>
    private static void RequireWholeCharacters(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = Strict.MaxDepth });
        while (reader.Read())
        {
            if (!reader.ValueIsEscaped)
            {
                continue;
            }

            try
            {
                _ = reader.GetString();
            }
            catch (InvalidOperationException)
            {
                throw new ApiException(
                    StatusCodes.Status400BadRequest, $"The text at byte {reader.TokenStartIndex} of the body is no valid Unicode: it has half of a surrogate pair.", code: "invalid_json");
            }
        }
    }
}
