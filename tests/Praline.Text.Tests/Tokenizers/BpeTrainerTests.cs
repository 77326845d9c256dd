using Praline.Text.Tokenizers;

namespace Praline.Text.Tests.Tokenizers;

public class BpeTrainerTests
{
    private static readonly string[] Texts =
    [
        "A red circle moves to the right.",
        "A blue circle moves to the left, then a red square appears.",
        "The small green triangle moves up; the red square disappears.",
    ];

    [Fact]
    public void TrainedTokenizerRoundTripsAnyText()
    {
        var tokenizer = BpeTrainer.Train(Texts, 300).ToTokenizer();
        foreach (var text in (string[])[.. Texts, "", " ", "never seen: zebra 😀 日本\n\t"])
        {
            var ids = tokenizer.Encode(text);
            Assert.Equal(tokenizer.BosTokenId, ids[0]);
            Assert.Equal(text, tokenizer.Decode(ids, skipSpecialTokens: true));
        }
    }

    [Fact]
    public void OrderOfTextsDoesNotMatter()
    {
        Assert.Equal(BpeTrainer.Train(Texts, 320).TokenizerJson, BpeTrainer.Train(Texts.Reverse(), 320).TokenizerJson);
    }

    [Fact]
    public void ReachesTheSizeThatWasAskedFor()
    {
        var trained = BpeTrainer.Train(Texts, 290, new BpeTrainerOptions { AdditionalSpecialTokens = ["<image>"] });
        var tokenizer = trained.ToTokenizer();
        Assert.Equal(290, trained.VocabularySize);
        Assert.Equal(290, tokenizer.VocabularySize);
        Assert.Equal((0, 1, 2, 3), (tokenizer.UnkTokenId, tokenizer.BosTokenId, tokenizer.EosTokenId, tokenizer.PadTokenId));
        Assert.Equal(4, tokenizer.TokenToId("<image>"));
        Assert.Equal([1, 4, 4], tokenizer.Encode("<image><image>"));
    }

    [Fact]
    public void SavedFolderLoadsTheSame()
    {
        var folder = Directory.CreateTempSubdirectory("praline-bpe-");
        try
        {
            var trained = BpeTrainer.Train(Texts, 300);
            trained.Save(folder.FullName);
            var loaded = Tokenizer.Load(folder.FullName);
            Assert.Equal(trained.ToTokenizer().Encode(Texts[1]), loaded.Encode(Texts[1]));
            Assert.Equal(2, loaded.EosTokenId);
            Assert.Equal([2], loaded.StopTokenIds);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void TooSmallAVocabularyIsAnError()
    {
        var error = Assert.Throws<PralineException>(() => BpeTrainer.Train(Texts, 200));
        Assert.Contains("260", error.Message);
    }
}
