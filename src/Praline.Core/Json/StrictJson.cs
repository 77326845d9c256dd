using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Praline.Json;

/// <summary>
/// JSON of files that others wrote, read so that nothing in it is replaced, dropped or found out later: UTF-8 (a byte-order mark is passed over), every
/// name once in its object, texts of whole characters. What breaks a rule is a <see cref="JsonException"/> that says where.
/// </summary>
public static class StrictJson
{
    /// <summary>Parses a document.</summary>
    /// <exception cref="JsonException">It is not JSON, or breaks one of the rules.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8, JsonDocumentOptions options = default)
    {
        if (utf8.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
        {
            utf8 = utf8[3..];
        }

        if (!Utf8.IsValid(utf8.Span))
        {
            throw new JsonException("the text is not UTF-8: save the file as UTF-8");
        }

        RequireWholeCharacters(utf8.Span, options);
        return JsonDocument.Parse(utf8, options with { AllowDuplicateProperties = false });
    }

    /// <summary>Half a surrogate pair (<c>\ud800</c> alone) can be written as an escape, and would fail wherever the text is first used.</summary>
    private static void RequireWholeCharacters(ReadOnlySpan<byte> utf8, JsonDocumentOptions options)
    {
        if (utf8.IndexOf("\\ud"u8) < 0 && utf8.IndexOf("\\uD"u8) < 0)
        {
            return;
        }

        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { AllowTrailingCommas = options.AllowTrailingCommas, CommentHandling = options.CommentHandling, MaxDepth = options.MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName) || !reader.ValueIsEscaped)
            {
                continue;
            }

            try
            {
                _ = reader.GetString();
            }
            catch (InvalidOperationException error)
            {
                var text = Encoding.UTF8.GetString(reader.ValueSpan[..Math.Min(40, reader.ValueSpan.Length)]);
                throw new JsonException($"half of a surrogate pair at byte {reader.TokenStartIndex} (\"{text}\"): write the character whole", error);
            }
        }
    }
}
