using Praline.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Praline.Preferences;

/// <summary>A question to a chat model: the messages and the parameters that decide the answer.</summary>
public sealed record ChatRequest
{
    /// <summary>The messages, oldest first.</summary>
    public required IReadOnlyList<ChatTurn> Turns { get; init; }

    /// <summary>The longest answer in tokens, thoughts included.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>0 for the likeliest answer.</summary>
    public double Temperature { get; init; }

    /// <summary>A JSON schema that the answer must follow, where the endpoint can do that; null for none.</summary>
    public string? JsonSchema { get; init; }

    /// <summary>The SHA-256, in hexadecimal, of the model's name, the messages and the parameters: the same question has the same key.</summary>
    public string KeyFor(string model) => StageFingerprint.Hash(Encoding.UTF8.GetBytes(Describe(model)));

    /// <summary>Model, messages and parameters as JSON; of images only hash and size.</summary>
    public string Describe(string model) => JsonText.Line(writer =>
    {
        writer.WriteString("model", model);
        writer.WriteNumber("temperature", Temperature);
        writer.WriteNumber("max_tokens", MaxTokens);
        if (JsonSchema is not null)
        {
            writer.WriteString("json_schema", JsonSchema);
        }

        writer.WriteStartArray("messages");
        foreach (var turn in Turns)
        {
            writer.WriteStartObject();
            writer.WriteString("role", turn.Role);
            writer.WriteString("content", turn.Text);
            if (turn.Images is { Count: > 0 } images)
            {
                writer.WriteStrings("images",
                    [.. images.Select(i => $"{i.MediaType} {i.Data.Length} {Convert.ToHexStringLower(SHA256.HashData(i.Data.Span))}")]);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });
}
