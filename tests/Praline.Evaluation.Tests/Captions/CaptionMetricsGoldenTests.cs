using System.Text.Json;
using Praline.Testing;

namespace Praline.Evaluation.Tests;

/// <summary>Against numbers of pycocoevalcap (tests/golden/metrics).</summary>
public class CaptionMetricsGoldenTests
{
    public static TheoryData<string> Files => Golden.FileNames("metrics");

    [Theory]
    [MemberData(nameof(Files))]
    public void Scores_equal_the_reference(string file)
    {
        Assert.SkipWhen(Golden.IsNone(file), "this golden folder has no such case");

        using var record = Golden.Record("metrics", file);
        using var document = JsonDocument.Parse(File.ReadAllBytes(Golden.PathOf("metrics", file)));
        var captions = document.RootElement.GetProperty("examples").EnumerateArray().Select(Pair).ToArray();
        Check(captions, document.RootElement.GetProperty("expected"));
        foreach (var property in document.RootElement.EnumerateObject().Where(p => p.Name.StartsWith("subset_first_")))
        {
            Check(captions[..int.Parse(property.Name["subset_first_".Length..])], property.Value);
        }
    }

    private static CaptionPair Pair(JsonElement e) => CaptionPair.FromTokenised(
        e.GetProperty("hypothesis").GetString()!, e.GetProperty("references").EnumerateArray().Select(r => r.GetString()!));

    private static void Check(IReadOnlyList<CaptionPair> captions, JsonElement expected)
    {
        var scores = CaptionMetrics.Evaluate(captions);
        for (var n = 0; n < 4; n++)
        {
            Close("BLEU", expected.GetProperty("BLEU_1_to_4_corpus")[n], [scores.Bleu[n].Corpus]);
            Close("BLEU", expected.GetProperty("BLEU_1_to_4_per_example")[n], scores.Bleu[n].PerCaption);
        }

        Close("ROUGE_L", expected.GetProperty("ROUGE_L_corpus"), [scores.RougeL.Corpus]);
        Close("ROUGE_L", expected.GetProperty("ROUGE_L_per_example"), scores.RougeL.PerCaption);
        Close("CIDEr", expected.GetProperty("CIDEr_corpus"), [scores.CiderD.Corpus]);
        Close("CIDEr", expected.GetProperty("CIDEr_per_example"), scores.CiderD.PerCaption);
    }

    private static void Close(string what, JsonElement expected, IReadOnlyList<double> actual)
    {
        double[] wanted = expected.ValueKind == JsonValueKind.Array ? [.. expected.EnumerateArray().Select(e => e.GetDouble())] : [expected.GetDouble()];
        Testing.Close.Equal(wanted, [.. actual], 1e-9, 1e-9, what);
    }
}
