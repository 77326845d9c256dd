using System.Text.Encodings.Web;
using System.Text.Json;

namespace Praline.Inference.Constraints;

/// <summary>
/// A JSON schema as a grammar: compact JSON that the schema allows, properties in the schema's order. What of JSON Schema it doesn't know it refuses by name, so that
/// nothing is promised that decoding doesn't keep.
/// </summary>
internal sealed class JsonSchemaGrammar
{
    private const int MostDepth = 64, MostSymbols = 20_000;

    private static readonly HashSet<string> Notes = new(StringComparer.Ordinal)
    {
        "title", "description", "default", "examples", "$schema", "$id", "$comment", "deprecated", "readOnly", "writeOnly", "$defs", "definitions", "strict",
    };

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly Symbol Space = Symbol.Optional(Symbol.Text(" "));
    private static readonly Symbol Digit = new Symbol.Chars(c => c is >= '0' and <= '9');
    private static readonly Symbol Hex = new Symbol.Chars(char.IsAsciiHexDigit);

    private static readonly Symbol Character = new Symbol.Choice(
        new Symbol.Chars(c => c is not ('"' or '\\') && c >= ' ' && c != '\uFFFD'),
        new Symbol.Sequence(Symbol.Text("\\"), new Symbol.Choice(
            new Symbol.Chars(c => c is '"' or '\\' or '/' or 'b' or 'f' or 'n' or 'r' or 't'),
            new Symbol.Sequence(Symbol.Text("u"), Hex, Hex, Hex, Hex))));

    private static readonly Symbol Integer = new Symbol.Sequence(Symbol.Optional(Symbol.Text("-")), new Symbol.Choice(
        Symbol.Text("0"), new Symbol.Sequence(new Symbol.Chars(c => c is >= '1' and <= '9'), new Symbol.Repeat(Digit, 0, 17))));

    private static readonly Symbol Number = new Symbol.Sequence(
        Integer,
        Symbol.Optional(new Symbol.Sequence(Symbol.Text("."), new Symbol.Repeat(Digit, 1, 17))),
        Symbol.Optional(new Symbol.Sequence(
            new Symbol.Chars(c => c is 'e' or 'E'), Symbol.Optional(new Symbol.Chars(c => c is '+' or '-')), new Symbol.Repeat(Digit, 1, 2))));

    private readonly JsonElement _root;
    private readonly Dictionary<string, Symbol.Reference> _references = new(StringComparer.Ordinal);
    private readonly Symbol.Reference _any = new();
    private int _symbols;

    private JsonSchemaGrammar(JsonElement root)
    {
        _root = root;
        _any.Target = new Symbol.Choice(
            Text(0, null), Number, Symbol.Text("true"), Symbol.Text("false"), Symbol.Text("null"), FreeObject(_any), Array(_any, 0, null));
    }

    /// <summary>The grammar of a schema.</summary>
    /// <exception cref="InvalidRequestException">The schema asks for something unknown; the message names it and its place.</exception>
    internal static Symbol Of(JsonElement schema)
    {
        var grammar = new JsonSchemaGrammar(schema);
        return new Symbol.Sequence(Space, grammar.Schema(schema, "#", 0));
    }

    /// <summary>The grammar of any JSON object.</summary>
    internal static Symbol AnyObject()
    {
        var grammar = new JsonSchemaGrammar(default);
        return new Symbol.Sequence(Space, FreeObject(grammar._any));
    }

    private static Symbol Text(int min, int? max) => new Symbol.Sequence(Symbol.Text("\""), new Symbol.Repeat(Character, min, max), Symbol.Text("\""));

    private static Symbol Array(Symbol item, int min, int? max)
    {
        if (max == 0)
        {
            return Symbol.Text("[]");
        }

        Symbol items = new Symbol.Sequence(
            item, new Symbol.Repeat(new Symbol.Sequence(Symbol.Text(","), Space, item), Math.Max(0, min - 1), max - 1));
        return new Symbol.Sequence(Symbol.Text("["), min == 0 ? Symbol.Optional(items) : items, Symbol.Text("]"));
    }

    private static Symbol FreeObject(Symbol value)
    {
        Symbol member = new Symbol.Sequence(Text(0, null), Symbol.Text(":"), Space, value);
        return new Symbol.Sequence(
            Symbol.Text("{"),
            Symbol.Optional(new Symbol.Sequence(member, new Symbol.Repeat(new Symbol.Sequence(Symbol.Text(","), Space, member), 0, null))),
            Symbol.Text("}"));
    }

    private static Symbol Literal(JsonElement value) => Symbol.Text(JsonSerializer.Serialize(value, Plain));

    private static InvalidRequestException Refuse(string place, string what) =>
        new($"The JSON schema at {place}: {what}", "response_format");

    private Symbol Schema(JsonElement schema, string place, int depth)
    {
        if (depth > MostDepth || ++_symbols > MostSymbols)
        {
            throw Refuse(place, $"it is nested more than {MostDepth} deep or has more than {MostSymbols} parts.");
        }

        if (schema.ValueKind == JsonValueKind.True)
        {
            return _any;
        }

        if (schema.ValueKind != JsonValueKind.Object)
        {
            throw Refuse(place, $"expected an object, found {schema.ValueKind}.");
        }

        if (schema.TryGetProperty("$ref", out var reference))
        {
            Know(schema, place, "$ref");
            return Referenced(reference, place, depth);
        }

        if (schema.TryGetProperty("const", out var constant))
        {
            Know(schema, place, "const", "type");
            return Literal(constant);
        }

        if (schema.TryGetProperty("enum", out var values))
        {
            Know(schema, place, "enum", "type");
            return values.ValueKind == JsonValueKind.Array && values.GetArrayLength() > 0
                ? new Symbol.Choice([.. values.EnumerateArray().Select(Literal)])
                : throw Refuse(place, "enum should be a list of values.");
        }

        if (schema.TryGetProperty("anyOf", out var options))
        {
            Know(schema, place, "anyOf");
            return options.ValueKind == JsonValueKind.Array && options.GetArrayLength() > 0
                ? new Symbol.Choice([.. options.EnumerateArray().Select((o, i) => Schema(o, $"{place}/anyOf/{i}", depth + 1))])
                : throw Refuse(place, "anyOf should be a list of schemas.");
        }

        if (!schema.TryGetProperty("type", out var type))
        {
            if (schema.TryGetProperty("properties", out _))
            {
                return Object(schema, place, depth);
            }

            Know(schema, place);
            return _any;
        }

        string[] types = type.ValueKind switch
        {
            JsonValueKind.String => [type.GetString()!],
            JsonValueKind.Array when type.EnumerateArray().All(t => t.ValueKind == JsonValueKind.String) => [.. type.EnumerateArray().Select(t => t.GetString()!)],
            _ => throw Refuse(place, "type should be a name or a list of names."),
        };
        return types.Length == 1 ? OfType(types[0], schema, place, depth, true)
            : new Symbol.Choice([.. types.Select(t => OfType(t, schema, place, depth, false))]);
    }

    private Symbol OfType(string type, JsonElement schema, string place, int depth, bool alone)
    {
        switch (type)
        {
            case "object":
                return Object(schema, place, depth);
            case "array":
                Know(schema, place, "type", "items", "minItems", "maxItems");
                var item = schema.TryGetProperty("items", out var items) ? Schema(items, $"{place}/items", depth + 1) : _any;
                var (fewest, most) = Range(schema, place, "minItems", "maxItems");
                return Array(item, fewest, most);
            case "string":
                Know(schema, place, alone ? ["type", "minLength", "maxLength"] : ["type", "minLength", "maxLength", "items", "properties", "required", "additionalProperties"]);
                var (shortest, longest) = Range(schema, place, "minLength", "maxLength");
                return Text(shortest, longest);
            case "integer" or "number" or "boolean" or "null":
                if (alone)
                {
                    Know(schema, place, "type");
                }

                return type switch
                {
                    "integer" => Integer,
                    "number" => Number,
                    "boolean" => new Symbol.Choice(Symbol.Text("true"), Symbol.Text("false")),
                    _ => Symbol.Text("null"),
                };
            default:
                throw Refuse(place, $"there is no type '{type}': expected object, array, string, integer, number, boolean or null.");
        }
    }

    private Symbol Object(JsonElement schema, string place, int depth)
    {
        Know(schema, place, "type", "properties", "required", "additionalProperties");
        var required = new HashSet<string>(StringComparer.Ordinal);
        if (schema.TryGetProperty("required", out var names))
        {
            foreach (var name in names.ValueKind == JsonValueKind.Array ? names.EnumerateArray() : throw Refuse(place, "required should be a list of names."))
            {
                required.Add(name.ValueKind == JsonValueKind.String ? name.GetString()! : throw Refuse(place, "required should be a list of names."));
            }
        }

        var free = schema.TryGetProperty("additionalProperties", out var additional);
        if (!schema.TryGetProperty("properties", out var properties) || properties.ValueKind != JsonValueKind.Object || !properties.EnumerateObject().Any())
        {
            return required.Count > 0 ? throw Refuse(place, $"required names {string.Join(", ", required)}, which properties doesn't have.")
                : free && additional.ValueKind == JsonValueKind.False ? Symbol.Text("{}")
                : FreeObject(free && additional.ValueKind == JsonValueKind.Object ? Schema(additional, $"{place}/additionalProperties", depth + 1) : _any);
        }

        if (free && additional.ValueKind == JsonValueKind.Object)
        {
            throw Refuse(place, "additionalProperties beside properties should be true or false.");
        }

        var members = properties.EnumerateObject().Select(p => (
            p.Name,
            Symbol: (Symbol)new Symbol.Sequence(Symbol.Text(JsonSerializer.Serialize(p.Name, Plain) + ":"), Space, Schema(p.Value, $"{place}/properties/{p.Name}", depth + 1)))).ToList();
        if (required.FirstOrDefault(name => members.TrueForAll(m => m.Name != name)) is { } missing)
        {
            throw Refuse(place, $"required names {missing}, which properties doesn't have.");
        }

        // From the last member to the first: what may follow when none has come yet, and when one has.
        Symbol first = new Symbol.Sequence(), later = new Symbol.Sequence();
        foreach (var (name, member) in Enumerable.Reverse(members))
        {
            Symbol asFirst = new Symbol.Sequence(member, later), asLater = new Symbol.Sequence(Symbol.Text(","), Space, member, later);
            (first, later) = required.Contains(name)
                ? (asFirst, asLater)
                : (new Symbol.Choice(asFirst, first), new Symbol.Choice(asLater, later));
        }

        return new Symbol.Sequence(Symbol.Text("{"), first, Symbol.Text("}"));
    }

    private Symbol Referenced(JsonElement reference, string place, int depth)
    {
        var path = reference.ValueKind == JsonValueKind.String ? reference.GetString()! : throw Refuse(place, "$ref should be a text.");
        if (_references.TryGetValue(path, out var known))
        {
            return known;
        }

        var target = _root;
        foreach (var step in path == "#" ? [] : path.StartsWith("#/", StringComparison.Ordinal) ? path[2..].Split('/') : throw Refuse(place, $"$ref should begin with #/, found {path}."))
        {
            target = target.ValueKind == JsonValueKind.Object && target.TryGetProperty(step.Replace("~1", "/").Replace("~0", "~"), out var next)
                ? next
                : throw Refuse(place, $"$ref names {path}, which is not there.");
        }

        var symbol = _references[path] = new Symbol.Reference();
        symbol.Target = Schema(target, path, depth + 1);
        return target.ValueKind == JsonValueKind.Object && target.TryGetProperty("$ref", out _) && IsLoop(symbol)
            ? throw Refuse(place, $"$ref names {path}, which is only a reference to itself.")
            : symbol;
    }

    private static bool IsLoop(Symbol symbol)
    {
        var seen = new HashSet<Symbol>();
        while (symbol is Symbol.Reference reference)
        {
            if (!seen.Add(symbol) || reference.Target is null)
            {
                return true;
            }

            symbol = reference.Target;
        }

        return false;
    }

    private static (int Min, int? Max) Range(JsonElement schema, string place, string low, string high)
    {
        int? Read(string name) => !schema.TryGetProperty(name, out var value) ? null
            : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number is >= 0 and <= 10_000 ? number
            : throw Refuse(place, $"{name} should be from 0 to 10000.");
        var (min, max) = (Read(low) ?? 0, Read(high));
        return max < min ? throw Refuse(place, $"{high} is below {low}.") : (min, max);
    }

    private static void Know(JsonElement schema, string place, params string[] known)
    {
        foreach (var keyword in schema.EnumerateObject().Select(p => p.Name))
        {
            if (!Notes.Contains(keyword) && !known.Contains(keyword))
            {
                throw Refuse(
                    place,
                    $"'{keyword}' can't be used here. Known are type, properties, required, additionalProperties, items, minItems, maxItems, minLength, maxLength, enum, const, anyOf, $ref and $defs.");
            }
        }
    }
}
