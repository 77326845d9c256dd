namespace Praline.Evaluation.Tests;

/// <summary>Against values worked out by hand.</summary>
public class CaptionMetricsTests
{
    [Fact]
    public void Bleu_of_a_short_caption_carries_the_brevity_penalty()
    {
        // Hand: 2 of 2 unigrams match, reference of 4 words: 1 · e^(1 − 4/2).
        var bleu = Bleu.Score([CaptionPair.FromTokenised("red ball", ["a red ball bounces"])]);
        Assert.Equal(Math.Exp(-1), bleu[0].Corpus, 6);
    }

    [Fact]
    public void A_caption_without_reference_is_named()
    {
        var error = Assert.Throws<PralineException>(() => CaptionMetrics.Evaluate([new(["a"], [["a"]]), new(["b"], [])]));
        Assert.Contains("Caption 2 of 2", error.Message);
    }

    [Theory]
    [InlineData("A man's T-shirt, size 2.5!", "a|man's|t-shirt|size|2.5")]
    [InlineData("  It ends. Then - nothing… ", "it|ends|then|nothing")]
    [InlineData("“Quoted”, l’été", "quoted|l'été")]
    [InlineData("", "")]
    public void Ordinary_text_is_split(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', CaptionTokens.Split(text)));
}
