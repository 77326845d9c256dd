using System.Security.Cryptography;
using System.Text.Json;
using Praline.Inference;
using Praline.Inference.Constraints;
using Praline.Models.Generation;

namespace Praline.Server;

/// <summary>The fields that say how answers are drawn: alike in all routes, with the OpenAI API's names and defaults, and vLLM's for what that API lacks.</summary>
/// <param name="Options">How tokens are chosen.</param>
/// <param name="Seeds">One for each answer.</param>
internal sealed record Sampling(GenerationOptions Options, IReadOnlyList<ulong> Seeds)
{
    /// <summary>Reads them.</summary>
    /// <param name="request">The request.</param>
    /// <param name="server">The model.</param>
    /// <param name="options">The server's limits.</param>
    /// <param name="limits">The names of the field that limits new tokens; it may be given under one of them.</param>
    internal static Sampling Read(RequestObject request, ModelServer server, ServeOptions options, params ReadOnlySpan<string> limits)
    {
        var temperature = request.Number("temperature", 0, 2) ?? 1;
        var generation = new GenerationOptions
        {
            MaxNewTokens = MaxTokens(request, server, options, limits),
            DoSample = temperature > 0,
            Temperature = temperature > 0 ? Math.Max(temperature, 1e-4) : 1,
            TopP = request.Number("top_p", 0, 1) is { } topP ? Math.Max(topP, 1e-9) : 1,
            TopK = (int)Math.Max(0, request.Integer("top_k", -1, int.MaxValue) ?? 0),
            MinP = request.Number("min_p", 0, 1) ?? 0,
            RepetitionPenalty = request.Number("repetition_penalty", 0.01, 100) ?? 1,
            PresencePenalty = request.Number("presence_penalty", -2, 2) ?? 0,
            FrequencyPenalty = request.Number("frequency_penalty", -2, 2) ?? 0,
            StopStrings = Stops(request),
            LogitBias = Bias(request, server),
        };
        if (request.Integer("min_tokens", 0, int.MaxValue) is { } least)
        {
            generation = least <= generation.MaxNewTokens ? generation with { MinNewTokens = (int)least }
                : throw ApiException.Invalid(request.At("min_tokens"), $"min_tokens {least} is more than the {generation.MaxNewTokens} tokens that an answer may have.");
        }

        var choices = (int)(request.Integer("n", 1, options.MaxChoices) ?? 1);
        var seed = request.Integer("seed", long.MinValue, long.MaxValue) is { } given ? (ulong)given : BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
        return new Sampling(generation, [.. Enumerable.Range(0, choices).Select(i => unchecked(seed + (ulong)i))]);
    }

    private static int MaxTokens(RequestObject request, ModelServer server, ServeOptions options, ReadOnlySpan<string> names)
    {
        var most = options.MaxTokens ?? server.ContextLength;
        long? found = null;
        foreach (var name in names)
        {
            if (request.Integer(name, 1, int.MaxValue) is not { } value)
            {
                continue;
            }

            if (found is { } other && other != value)
            {
                throw ApiException.Invalid(request.At(name), $"{name} {value} contradicts {names[0]} {other}: they are two names of one limit.");
            }

            if (options.MaxTokens is { } limit && value > limit)
            {
                throw ApiException.Invalid(request.At(name), $"{name} {value} is more than the {limit} tokens that this server gives one answer.", "too_many_tokens");
            }

            found = value;
        }

        return (int)Math.Min(found ?? most, int.MaxValue);
    }

    private static List<string> Stops(RequestObject request)
    {
        var path = request.At("stop");
        if (request.Find("stop") is not { } stop)
        {
            return [];
        }

        List<string> stops = stop.ValueKind == JsonValueKind.Array
            ? [.. stop.EnumerateArray().Select((text, i) => RequestObject.TextOf(text, $"{path}[{i}]"))]
            : [RequestObject.TextOf(stop, path)];
        return stops.Count > 16 || stops.Exists(text => text.Length is 0 or > 200)
            ? throw ApiException.Invalid(path, $"{path} should be up to 16 texts of 1 to 200 characters.")
            : stops;
    }

    private static Dictionary<int, float> Bias(RequestObject request, ModelServer server)
    {
        var bias = new Dictionary<int, float>();
        if (request.Find("logit_bias") is not { } given)
        {
            return bias;
        }

        var path = request.At("logit_bias");
        if (given.ValueKind != JsonValueKind.Object)
        {
            throw ApiException.Invalid(path, $"{path} should be an object from token ids to numbers, found {RequestObject.Kind(given)}.");
        }

        foreach (var entry in given.EnumerateObject())
        {
            bias[int.TryParse(entry.Name, System.Globalization.NumberStyles.None, null, out var id) && id < server.Tokenizer.VocabularySize && bias.Count < 1024
                    && entry.Value.ValueKind == JsonValueKind.Number && entry.Value.TryGetSingle(out var value) && value is >= -100 and <= 100 ? id
                : throw ApiException.Invalid(path, $"{path} should be up to 1,024 token ids from 0 to {server.Tokenizer.VocabularySize - 1} with numbers from -100 to 100.")] = value;
        }

        return bias;
    }
}

/// <summary>Which JSON an answer must be. What a schema becomes is kept: making it costs more than a short answer.</summary>
internal sealed class Formats(ModelServer server)
{
    private const int Kept = 32;
    private readonly Dictionary<string, Func<ITokenConstraint>> _known = new(StringComparer.Ordinal);

    /// <summary>Reads <c>response_format</c>, or the <c>format</c> of <c>/v1/responses</c>, where the schema lies beside the type.</summary>
    internal Func<ITokenConstraint>? Read(RequestObject? format)
    {
        if (format is null)
        {
            return null;
        }

        var type = format.RequiredText("type");
        var constraint = type switch
        {
            "text" => null,
            "json_object" when format.Find("schema") is not null => Schema(format), // as llama.cpp's server takes it
            "json_object" => Of("", () => JsonConstraint.ForAnyObject(server.Tokenizer, server.EndTokens)),
            "json_schema" when format.Child("json_schema") is { } inside => Schema(inside),
            "json_schema" => Schema(format),
            _ => throw ApiException.Invalid(format.At("type"), $"{format.At("type")} should be text, json_object or json_schema, found {type}."),
        };
        format.Done();
        return constraint;
    }

    private Func<ITokenConstraint> Schema(RequestObject outer)
    {
        outer.WithoutEffect("name", "description", "strict");
        var schema = outer.Find("schema") ?? throw ApiException.Invalid(outer.At("schema"), $"{outer.At("schema")} is missing: a JSON schema is expected.", "missing_field");
        var constraint = Of(schema.GetRawText(), () => JsonConstraint.ForSchema(server.Tokenizer, server.EndTokens, schema));
        outer.Done();
        return constraint;
    }

    private Func<ITokenConstraint> Of(string key, Func<Func<ITokenConstraint>> make)
    {
        lock (_known)
        {
            if (_known.TryGetValue(key, out var known))
            {
                return known;
            }

            var made = make();
            if (_known.Count >= Kept)
            {
                _known.Clear();
            }

            return _known[key] = made;
        }
    }
}
