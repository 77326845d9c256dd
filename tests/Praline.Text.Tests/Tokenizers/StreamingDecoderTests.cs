using System.Text.Json;
using Praline.Text.Tokenizers;
using Praline.Testing;

namespace Praline.Text.Tests.Tokenizers;

public class StreamingDecoderTests
{
    public static TheoryData<string> Cases => Golden.CaseNames("tokenizers");

    [Theory]
    [MemberData(nameof(Cases))]
    public void StreamedTextIsTheDecodedText(string name)
    {
        Assert.SkipWhen(Golden.IsNone(name), "this golden folder has no such case");

        var tokenizer = GoldenTokenizers.Load(name);
        using var cases = JsonDocument.Parse(File.ReadAllBytes(Golden.PathOf("tokenizers", name, "cases.json")));
        foreach (var item in cases.RootElement.EnumerateArray())
        {
            int[] ids = [.. item.GetProperty("ids").EnumerateArray().Select(e => e.GetInt32())];
            foreach (var skip in new[] { false, true })
            {
                var decoder = new StreamingDecoder(tokenizer, skip);
                var parts = ids.Select(decoder.Add).ToList();
                parts.Add(decoder.Finish());
                Assert.Equal(tokenizer.Decode(ids, skip, cleanUpTokenizationSpaces: false), string.Concat(parts));
            }
        }
    }

    [Fact]
    public void HalfACharacterIsHeldBack()
    {
        var tokenizer = BpeTrainer.Train([], 260).ToTokenizer();
        var decoder = new StreamingDecoder(tokenizer);
        // Without merges each of the four bytes of the emoji is a token.
        Assert.Equal(["", "", "", "😀", "a"], tokenizer.Encode("😀a", addSpecialTokens: false).Select(decoder.Add));
    }

    [Fact]
    public void BrokenBytesAreGivenInTheEnd()
    {
        var tokenizer = BpeTrainer.Train([], 260).ToTokenizer();
        var decoder = new StreamingDecoder(tokenizer);
        var half = tokenizer.Encode("é", addSpecialTokens: false)[0];
        Assert.Equal("", decoder.Add(half));
        Assert.Equal("\uFFFD", decoder.Finish());
        Assert.Equal("", decoder.Finish());
        // Endless nonsense comes out with a bounded delay.
        Assert.NotEqual("", string.Concat(Enumerable.Range(0, 20).Select(_ => decoder.Add(half))));
    }
}
