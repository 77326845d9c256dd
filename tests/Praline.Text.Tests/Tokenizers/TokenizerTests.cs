using System.Text;
using Praline.Text.Tokenizers;

namespace Praline.Text.Tests.Tokenizers;

public class TokenizerTests
{
    private static readonly Tokenizer Small = BpeTrainer.Train(["hello hello world"], 270, new BpeTrainerOptions { MinimumFrequency = 1 }).ToTokenizer();

    [Fact]
    public void LookUpsGoBothWays()
    {
        for (var id = 0; id < Small.VocabularySize; id++)
        {
            Assert.Equal(id, Small.TokenToId(Small.IdToToken(id)));
        }

        Assert.Null(Small.IdToToken(-1));
        Assert.Null(Small.IdToToken(Small.VocabularySize));
        Assert.Null(Small.TokenToId("no such token"));
        Assert.Null(Small.TokenToId(null));
    }

    [Fact]
    public void UnknownIdsAreLeftOut() => Assert.Equal("a", Small.Decode([-5, .. Small.Encode("a", false), 999_999]));

    [Fact]
    public void LoneSurrogatesBecomeReplacementCharacters() =>
        Assert.Equal("a\uFFFDb", Small.Decode(Small.Encode("a\ud800b", addSpecialTokens: false)));

    [Fact]
    public void LongTextsWithoutBreaksMergeAsShortOnes()
    {
        // One word of 40,000 characters takes the heap; its repeated unit alone takes the scan.
        var unit = Small.Encode("hello", addSpecialTokens: false);
        var text = string.Concat(Enumerable.Repeat("hello", 8000));
        Assert.Equal(Enumerable.Repeat(unit, 8000).SelectMany(u => u), Small.Encode(text, addSpecialTokens: false));
    }

    [Fact]
    public async Task ThreadsMayShareATokenizer()
    {
        var texts = Enumerable.Range(0, 200).Select(i => $"hello {i} world {i * 7}").ToArray();
        var alone = texts.Select(t => Small.Encode(t)).ToArray();
        var together = await Task.WhenAll(texts.Select(t => Task.Run(() => Small.Encode(t))));
        Assert.Equal(alone, together);
    }

    [Fact]
    public void CleanUpFollowsTheConfiguration()
    {
        var json = Encoding.UTF8.GetBytes(BpeTrainer.Train([], 260).TokenizerJson);
        var tokenizer = Tokenizer.FromJson(json, Encoding.UTF8.GetBytes("""{"clean_up_tokenization_spaces": true}"""));
        var ids = tokenizer.Encode("do n't stop , now !", addSpecialTokens: false);
        Assert.Equal("don't stop, now!", tokenizer.Decode(ids));
        Assert.Equal("do n't stop , now !", tokenizer.Decode(ids, cleanUpTokenizationSpaces: false));
    }

    [Fact]
    public void ConfigurationAddsTokensThatTheTokenizerLacks()
    {
        var json = Encoding.UTF8.GetBytes(BpeTrainer.Train([], 260).TokenizerJson);
        var config = """{"added_tokens_decoder": {"300": {"content": "<image>", "special": true}}, "bos_token": {"content": "<s>"}, "chat_template": "x"}""";
        var tokenizer = Tokenizer.FromJson(json, Encoding.UTF8.GetBytes(config));
        Assert.Equal([300], tokenizer.Encode("<image>", addSpecialTokens: false));
        Assert.Equal(301, tokenizer.VocabularySize);
        Assert.Equal(1, tokenizer.BosTokenId);
        Assert.Equal("<s>", tokenizer.SpecialTokens["bos_token"]);
    }

    [Fact]
    public void LlamaClassesTakeBosAndEosFromTheirSettings()
    {
        var json = Encoding.UTF8.GetBytes(BpeTrainer.Train([], 260).TokenizerJson);
        var config = """{"tokenizer_class": "LlamaTokenizerFast", "bos_token": "<s>", "eos_token": "</s>", "add_bos_token": false, "add_eos_token": true}""";
        Assert.Equal(2, Tokenizer.FromJson(json, Encoding.UTF8.GetBytes(config)).Encode("")[0]);
    }
}
