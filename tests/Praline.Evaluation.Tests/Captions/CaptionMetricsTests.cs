using System.Text.Json;
using Praline.Testing;

namespace Praline.Evaluation.Tests;

/// <summary>Against numbers of pycocoevalcap (golden folder, kind "metrics") and against values worked out by hand.</summary>
public class CaptionMetricsTests
{
    private const double Tolerance = 1e-9;

    public static TheoryData<string> Files()
    {
        var folder = Golden.PathOf("metrics");
        return Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "*.json").Select(f => Path.GetFileName(f)!).Order()] : [];
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Scores_equal_the_reference(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Golden.PathOf("metrics", file)));
        var captions = document.RootElement.GetProperty("examples").EnumerateArray().Select(Pair).ToArray();
        Check(captions, document.RootElement.GetProperty("expected"));
        foreach (var property in document.RootElement.EnumerateObject().Where(p => p.Name.StartsWith("subset_first_")))
        {
            Check(captions[..int.Parse(property.Name["subset_first_".Length..])], property.Value);
        }
    }

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

    private static CaptionPair Pair(JsonElement e) => CaptionPair.FromTokenised(
        e.GetProperty("hypothesis").GetString()!, e.GetProperty("references").EnumerateArray().Select(r => r.GetString()!));

    private static void Check(IReadOnlyList<CaptionPair> captions, JsonElement expected)
    {
        var scores = CaptionMetrics.Evaluate(captions);
        for (var n = 0; n < 4; n++)
        {
            Assert.Equal(expected.GetProperty("BLEU_1_to_4_corpus")[n].GetDouble(), scores.Bleu[n].Corpus, Tolerance);
            Equal(expected.GetProperty("BLEU_1_to_4_per_example")[n], scores.Bleu[n].PerCaption);
        }

        Assert.Equal(expected.GetProperty("ROUGE_L_corpus").GetDouble(), scores.RougeL.Corpus, Tolerance);
        Equal(expected.GetProperty("ROUGE_L_per_example"), scores.RougeL.PerCaption);
        Assert.Equal(expected.GetProperty("CIDEr_corpus").GetDouble(), scores.CiderD.Corpus, Tolerance);
        Equal(expected.GetProperty("CIDEr_per_example"), scores.CiderD.PerCaption);
    }

    private static void Equal(JsonElement expected, IReadOnlyList<double> actual)
    {
        Assert.Equal(expected.GetArrayLength(), actual.Count);
        for (var i = 0; i < actual.Count; i++)
        {
            Assert.Equal(expected[i].GetDouble(), actual[i], Tolerance);
        }
    }
}
