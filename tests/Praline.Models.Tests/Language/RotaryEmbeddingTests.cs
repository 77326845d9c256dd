using Praline.Models.Language;

namespace Praline.Models.Tests.Language;

/// <summary>Inverse frequencies by hand-worked values of the published formulas (golden cases cover default, linear and llama3).</summary>
public sealed class RotaryEmbeddingTests
{
    private static readonly LlamaConfig Config = new() { HeadDim = 8, MaxPositionEmbeddings = 64, RopeTheta = 10000 };

    [Fact]
    public void DynamicStretchesTheBaseBeyondTheTrainedLength()
    {
        var config = Config with { RopeScaling = new RopeScaling { Type = "dynamic", Factor = 2 } };
        Assert.Equal([1, 0.1, 0.01, 0.001], Rounded(RotaryEmbedding.InverseFrequencies(config, 64)));

        // theta' = theta · (2 · 128/64 − 1)^(8/6) = 10000 · 3^(4/3) = 43267.487
        Assert.Equal(Math.Pow(43267.487, -0.25), RotaryEmbedding.InverseFrequencies(config, 128)[1], 1e-7);
    }

    [Fact]
    public void YarnKeepsFastFrequenciesAndDividesSlowOnes()
    {
        // Dimension at r rotations: 8 · ln(64 / 2πr) / (2 ln 10000): r = 32 gives −0.50 → 0, r = 1 gives 1.008 → 2.
        var config = Config with { RopeScaling = new RopeScaling { Type = "yarn", Factor = 4 } };
        var found = RotaryEmbedding.InverseFrequencies(config, 64);
        Assert.Equal([1, (0.1 * 0.5) + (0.1 / 4 * 0.5), 0.01 / 4, 0.001 / 4], Rounded(found));
        Assert.Equal((0.1 * Math.Log(4)) + 1, new RotaryEmbedding(config).Scale, 1e-12);
    }

    [Fact]
    public void YarnsFactorOnCosinesIsTheQuotientOfItsTwoScales()
    {
        var yarn = new RopeScaling { Type = "yarn", Factor = 4 };
        double Of(double m) => (0.1 * m * Math.Log(4)) + 1;
        Assert.Equal(Of(0.7) / Of(1.5), (yarn with { Mscale = 0.7, MscaleAllDim = 1.5 }).Scale, 1e-12);
        Assert.Equal(Of(1), (yarn with { Mscale = 0.7 }).Scale, 1e-12);
        Assert.Equal(1.25, (yarn with { Mscale = 0.7, MscaleAllDim = 1.5, AttentionFactor = 1.25 }).Scale, 1e-12);
        Assert.Equal(1, (yarn with { Factor = 0.5 }).Scale);
    }

    [Fact]
    public void YarnsRampMayEndBetweenTwoFrequencies()
    {
        // Ends of the ramp as they are: −0.50 → 0 and 1.008; the second frequency is divided to 1 / 1.008.
        var config = Config with { RopeScaling = new RopeScaling { Type = "yarn", Factor = 4, Truncate = false } };
        var end = 8 * Math.Log(64 / (2 * Math.PI)) / (2 * Math.Log(10000));
        Assert.Equal((0.1 / 4 / end) + (0.1 * (1 - (1 / end))), RotaryEmbedding.InverseFrequencies(config, 64)[1], 1e-12);
    }

    private static double[] Rounded(double[] values) => [.. values.Select(v => Math.Round(v, 10))];
}
