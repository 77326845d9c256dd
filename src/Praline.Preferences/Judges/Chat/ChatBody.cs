using System.Text.Encodings.Web;
using System.Text.Json;

namespace Praline.Preferences;

/// <summary>
/// A request's body in the form of <c>/chat/completions</c>. Compatible endpoints differ in which parameters they take; what one refuses is said
/// another way or left out from then on.
/// </summary>
internal sealed class ChatBody(ChatOptions options)
{
    private readonly Lock _lock = new();
    private volatile bool _temperature = true, _newLimitName, _schema = options.UseJsonSchema;
    private volatile int _form;

    /// <summary>Writes a request's body.</summary>
    /// <param name="request">The request.</param>
    /// <param name="form">Which form it was written in.</param>
    public byte[] Write(ChatRequest request, out int form)
    {
        form = _form;
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("model", options.Model);
            writer.WriteStartArray("messages");
            foreach (var turn in request.Turns)
            {
                WriteTurn(writer, turn);
            }

            writer.WriteEndArray();
            if (_temperature)
            {
                writer.WriteNumber("temperature", request.Temperature);
            }

            writer.WriteNumber(_newLimitName ? "max_completion_tokens" : "max_tokens", request.MaxTokens);
            if (_schema && request.JsonSchema is { } schema)
            {
                writer.WriteStartObject("response_format");
                writer.WriteString("type", "json_schema");
                writer.WriteStartObject("json_schema");
                writer.WriteString("name", "judgement");
                writer.WriteBoolean("strict", true);
                writer.WritePropertyName("schema");
                writer.WriteRawValue(schema);
                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            writer.WriteBoolean("stream", false);
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>Whether to try again in another form: the refusal names a parameter that can be said another way, or has been meanwhile.</summary>
    /// <param name="refusal">What the endpoint said.</param>
    /// <param name="form">The form that was refused.</param>
    public bool Adapt(string refusal, int form)
    {
        lock (_lock)
        {
            if (form == _form && Change(refusal))
            {
                _form++;
            }

            return form != _form;
        }
    }

    private bool Change(string refusal)
    {
        if (_schema && (Names("response_format") || Names("json_schema")))
        {
            _schema = false;
        }
        else if (!_newLimitName && Names("max_tokens") && Names("max_completion_tokens"))
        {
            _newLimitName = true;
        }
        else if (_temperature && Names("temperature"))
        {
            _temperature = false;
        }
        else
        {
            return false;
        }

        return true;

        bool Names(string parameter) => refusal.Contains(parameter, StringComparison.OrdinalIgnoreCase);
    }

    private static void WriteTurn(Utf8JsonWriter writer, ChatTurn turn)
    {
        writer.WriteStartObject();
        writer.WriteString("role", turn.Role);
        if (turn.Images is not { Count: > 0 } images)
        {
            writer.WriteString("content", turn.Text);
        }
        else
        {
            writer.WriteStartArray("content");
            foreach (var image in images)
            {
                writer.WriteStartObject();
                writer.WriteString("type", "image_url");
                writer.WriteStartObject("image_url");
                writer.WriteString("url", $"data:{image.MediaType};base64,{Convert.ToBase64String(image.Data.Span)}");
                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            writer.WriteStartObject();
            writer.WriteString("type", "text");
            writer.WriteString("text", turn.Text);
            writer.WriteEndObject();
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }
}
