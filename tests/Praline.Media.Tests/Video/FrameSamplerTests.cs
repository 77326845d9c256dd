using System.Text.Json;

namespace Praline.Media.Tests;

public class FrameSamplerTests
{
    [Fact]
    public void LinspaceEqualsNumPy()
    {
        foreach (var entry in JsonDocument.Parse(File.ReadAllText(TestFiles.Expected("linspace_numpy124.json"))).RootElement.EnumerateArray())
        {
            Assert.Equal(
                entry[3].EnumerateArray().Select(v => v.GetInt32()),
                FrameSampler.Linspace(entry[0].GetInt32(), entry[1].GetInt32(), entry[2].GetInt32()));
        }
    }

    [Fact]
    public void ARangeIsSampledInclusiveOfBothEnds()
    {
        // 40 s at 0.5 frames per second: 16 at most; by hand, steps of 15/15.
        Assert.Equal(Enumerable.Range(100, 16), FrameSampler.Choose(1000, 40, range: (100, 115)));
        Assert.Equal([100, 105, 110], FrameSampler.Choose(1000, 40, sampledFrm: 3, range: (100, 110)));
        Assert.Equal([990, 999], FrameSampler.Choose(1000, 40, sampledFrm: 2, range: (990, 1000)));
        Assert.Equal([4, 4, 4], FrameSampler.Choose(5, 1, sampledFrm: 3, range: (4, 4)));
        Assert.Throws<ArgumentOutOfRangeException>(() => FrameSampler.Choose(5, 1, range: (5, 6)));
        Assert.Throws<ArgumentOutOfRangeException>(() => FrameSampler.Choose(0, 1));
    }
}
