namespace Praline.Preferences.Tests;

public class SeedsTests
{
    // python3: int.from_bytes(hashlib.sha256("\n".join(["praline seed v1", ...]).encode()).digest()[:8], "little")
    [Theory]
    [InlineData(0, "candidates/draft", "video", 0, 7686386864022378534UL)]
    [InlineData(42, "candidates/retrospective", "a/b\nc\\é", 9, 4626863447022125790UL)]
    public void Seed_is_the_documented_hash(ulong seed, string stage, string item, int candidate, ulong expected) =>
        Assert.Equal(expected, Seeds.Derive(seed, stage, item, candidate));

    [Fact]
    public void Every_part_matters()
    {
        ulong[] seeds =
        [
            Seeds.Derive(1, "s", "i", 0), Seeds.Derive(2, "s", "i", 0), Seeds.Derive(1, "t", "i", 0), Seeds.Derive(1, "s", "j", 0),
            Seeds.Derive(1, "s", "i", 1), Seeds.Derive(1, "s\ni", "", 0), Seeds.Derive(1, "s", "i\n0", 0),
        ];
        Assert.Equal(seeds.Length, seeds.Distinct().Count());
    }
}
