using System.Text.Json;
using Praline.Text.Tokenizers;

namespace Praline.Text.Tests.Tokenizers;

/// <summary>
/// A <c>tokenizer.model</c> alone, against SentencePiece itself. Texts with special tokens are not among the cases:
/// SentencePiece doesn't parse them, the Llama classes do.
/// </summary>
public class SentencePieceTests
{
    private static readonly JsonElement Models =
        JsonDocument.Parse(File.ReadAllBytes(TestFiles.Path("sentencepiece_cases.json"))).RootElement.GetProperty("models");

    public static TheoryData<string> Files => [.. Models.EnumerateArray().Select(m => m.GetProperty("file").GetString()!)];

    [Theory]
    [MemberData(nameof(Files))]
    public void IdsAreThoseOfSentencePiece(string file)
    {
        var model = Models.EnumerateArray().Single(m => m.GetProperty("file").GetString() == file);
        var tokenizer = Load(file);
        Assert.Equal(model.GetProperty("size").GetInt32(), tokenizer.VocabularySize);
        var problems = new List<string>();
        foreach (var item in model.GetProperty("cases").EnumerateArray())
        {
            var text = item.GetProperty("text").GetString()!;
            int[] expected = [.. item.GetProperty("ids").EnumerateArray().Select(e => e.GetInt32())];
            var actual = tokenizer.Encode(text, addSpecialTokens: false);
            if (!expected.SequenceEqual(actual))
            {
                problems.Add($"{JsonSerializer.Serialize(text)}: expected {string.Join(' ', expected)}, got {string.Join(' ', actual)}");
            }

            var decoded = item.GetProperty("decoded").GetString()!;
            // SentencePiece shows the unknown token as a question mark of its own and drops a doubled prefix; the Llama
            // classes don't.
            if (!expected.Contains(0) && !text.StartsWith('\u2581') && tokenizer.Decode(expected) != decoded)
            {
                problems.Add($"decoded: expected {JsonSerializer.Serialize(decoded)}, got {JsonSerializer.Serialize(tokenizer.Decode(expected))}");
            }
        }

        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    [Fact]
    public void SpecialTokensAndBosAreAsInLlama()
    {
        var tokenizer = Load("tok512.model");
        Assert.Equal((1, 2, 0), (tokenizer.BosTokenId, tokenizer.EosTokenId, tokenizer.UnkTokenId));
        // 403 is "▁Once" and 407 "▁upon": each stretch between special tokens has a prefix space of its own.
        Assert.Equal([1, 403, 407], tokenizer.Encode("Once upon"));
        Assert.Equal([1, 403, 2, 407], tokenizer.Encode("Once</s>upon"));
        Assert.Equal("Once upon", tokenizer.Decode([1, 403, 407], skipSpecialTokens: true));
    }

    [Fact]
    public void FilesBesideItAreRead()
    {
        var folder = Directory.CreateTempSubdirectory("praline-spm-");
        try
        {
            File.Copy(TestFiles.Path("tok512.model"), Path.Combine(folder.FullName, "tokenizer.model"));
            File.WriteAllText(Path.Combine(folder.FullName, "tokenizer_config.json"),
                """{"tokenizer_class": "LlamaTokenizer", "add_bos_token": false, "add_eos_token": true, "pad_token": {"content": "<pad>"}}""");
            File.WriteAllText(Path.Combine(folder.FullName, "added_tokens.json"), """{"<pad>": 512, "<image>": 513}""");
            File.WriteAllText(Path.Combine(folder.FullName, "generation_config.json"), """{"eos_token_id": [2, 512]}""");
            var tokenizer = Tokenizer.Load(folder.FullName);
            Assert.Equal([403, 513, 407, 2], tokenizer.Encode("Once<image>upon"));
            Assert.Equal(512, tokenizer.PadTokenId);
            Assert.True(tokenizer.IsSpecial(512));
            Assert.False(tokenizer.IsSpecial(513));
            Assert.Equal([2, 512], tokenizer.StopTokenIds);
            Assert.Equal(514, tokenizer.VocabularySize);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Tokenizer Load(string file)
    {
        var folder = Directory.CreateTempSubdirectory("praline-spm-");
        try
        {
            File.Copy(TestFiles.Path(file), Path.Combine(folder.FullName, "tokenizer.model"));
            return Tokenizer.Load(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
