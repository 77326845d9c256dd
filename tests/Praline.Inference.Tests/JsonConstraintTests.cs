using System.Text.Json;
using Praline.Inference.Constraints;
using Praline.Models.Generation;
using Praline.Testing;
using Praline.Text.Tokenizers;

namespace Praline.Inference.Tests;

/// <summary>Decoding under a JSON schema: all that it lets through is valid, and all that is valid (in the schema's order) it lets through.</summary>
public sealed class JsonConstraintTests
{
    private const string Scene = """
        {"type":"object","title":"Scene","properties":{
          "colour":{"enum":["red","green","dark \"blue\""]},
          "count":{"type":"integer"},
          "size":{"type":["number","null"]},
          "tags":{"type":"array","items":{"type":"string","maxLength":5},"minItems":1,"maxItems":3},
          "more":{"$ref":"#/$defs/node"}},
         "required":["colour","tags"],"additionalProperties":false,
         "$defs":{"node":{"anyOf":[{"type":"null"},{"type":"object","properties":{"next":{"$ref":"#/$defs/node"}},"required":["next"],"additionalProperties":false}]}}}
        """;

    private static readonly Tokenizer Shipped = Tokenizer.Load(Path.Combine(Golden.RepositoryRoot, "models", "small-captioner"));
    private static readonly int End = Shipped.EosTokenId!.Value;

    [Fact]
    public void Whatever_is_drawn_is_valid()
    {
        var make = JsonConstraint.ForSchema(Shipped, [End], JsonDocument.Parse(Scene).RootElement);
        var finished = 0;
        for (ulong seed = 0; seed < 60; seed++)
        {
            if (Draw(make, seed, 80) is not { } text)
            {
                continue;
            }

            finished++;
            var root = JsonDocument.Parse(text).RootElement;
            Assert.Equal(root.EnumerateObject().Select(p => p.Name), new[] { "colour", "count", "size", "tags", "more" }.Where(name => root.TryGetProperty(name, out _)));
            Assert.Contains(root.GetProperty("colour").GetString(), new[] { "red", "green", "dark \"blue\"" });
            Assert.InRange(root.GetProperty("tags").GetArrayLength(), 1, 3);
            Assert.All(root.GetProperty("tags").EnumerateArray(), tag => Assert.True(tag.GetString()!.Length <= 5));
            Assert.True(!root.TryGetProperty("count", out var count) || count.TryGetInt64(out _));
            Assert.True(!root.TryGetProperty("size", out var size) || size.ValueKind is JsonValueKind.Null or JsonValueKind.Number);
        }

        Assert.True(finished > 20, $"Only {finished} of 60 came to an end.");
    }

    [Theory]
    [InlineData("""{"colour":"red","tags":["a"]}""", true)]
    [InlineData("""{"colour": "dark \"blue\"", "count":-12, "size":1.5e3, "tags":["a", "bcdef"],"more":{"next":{"next":null}}}""", true)]
    [InlineData("""{"colour":"red","size":null,"tags":["\u00e9é"]}""", true)]
    [InlineData("""{"tags":["a"],"colour":"red"}""", false)]
    [InlineData("""{"colour":"blue","tags":["a"]}""", false)]
    [InlineData("""{"colour":"red","tags":[]}""", false)]
    [InlineData("""{"colour":"red","tags":["a","b","c","d"]}""", false)]
    [InlineData("""{"colour":"red","tags":["abcdef"]}""", false)]
    [InlineData("""{"colour":"red","count":01,"tags":["a"]}""", false)]
    [InlineData("""{"colour":"red","tags":["a"],"other":1}""", false)]
    [InlineData("""{"colour":"red","tags":["a"]""", false)]
    public void What_is_valid_is_let_through_and_nothing_else(string text, bool valid)
    {
        var states = new GrammarStates();
        var state = states.Start(JsonSchemaGrammar.Of(JsonDocument.Parse(Scene).RootElement));
        foreach (var c in text)
        {
            state = state is null ? null : states.Advance(state, c);
        }

        Assert.Equal(valid, state is { MayEnd: true });
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","pattern":"x"}}}""", "'pattern'", "#/properties/a")]
    [InlineData("""{"type":"integer","minimum":3}""", "'minimum'", "#")]
    [InlineData("""{"oneOf":[{"type":"string"}]}""", "'oneOf'", "#")]
    [InlineData("""{"type":"text"}""", "no type 'text'", "#")]
    [InlineData("""{"$ref":"#/$defs/nothing"}""", "which is not there", "#")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"null"}},"required":["b"]}""", "required names b", "#")]
    [InlineData("""{"type":"array","minItems":3,"maxItems":2}""", "below", "#")]
    [InlineData("""{"$defs":{"a":{"$ref":"#/$defs/a"}},"$ref":"#/$defs/a"}""", "itself", "#")]
    public void What_is_not_known_is_refused_by_name(string schema, string expected, string place)
    {
        var error = Assert.Throws<InvalidRequestException>(() => JsonSchemaGrammar.Of(JsonDocument.Parse(schema).RootElement));
        Assert.Contains(expected, error.Message);
        Assert.Contains(place, error.Message);
        Assert.Equal("response_format", error.Parameter);
    }

    [Fact]
    public void Choices_that_lead_back_to_themselves_end()
    {
        var make = JsonConstraint.ForSchema(Shipped, [End], JsonDocument.Parse("""{"anyOf":[{"$ref":"#"},{"type":"null"}]}""").RootElement);
        Assert.Equal("null", Draw(make, 1, 20));
    }

    [Fact]
    public void Any_object_is_json()
    {
        var make = JsonConstraint.ForAnyObject(Shipped, [End]);
        var texts = Enumerable.Range(0, 40).Select(i => Draw(make, (ulong)i, 60)).OfType<string>().ToList();
        Assert.NotEmpty(texts);
        Assert.All(texts, text => Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(text).RootElement.ValueKind));
    }

    /// <summary>Tokens of equal likelihood, the end a little more so; null when none has come.</summary>
    private static string? Draw(Func<ITokenConstraint> make, ulong seed, int most)
    {
        var (constraint, stream, sampler, tokens) = (make(), new RandomStream(seed), new TokenSampler(), new List<int>());
        var row = new float[Shipped.VocabularySize];
        while (tokens.Count < most)
        {
            // Closing marks are likelier, or texts hardly ever end.
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = i == End ? 5 : Shipped.IdToToken(i) is { } t && t.AsSpan().IndexOfAny("\"]}") >= 0 ? 4 : 0;
            }

            constraint.Mask(row);
            var token = sampler.Sample(row, new GenerationOptions(), ref stream);
            Assert.NotNull(token);
            if (token == End)
            {
                return Shipped.Decode(tokens, skipSpecialTokens: true).Trim();
            }

            constraint.Accept(token.Value);
            tokens.Add(token.Value);
        }

        return null;
    }
}
