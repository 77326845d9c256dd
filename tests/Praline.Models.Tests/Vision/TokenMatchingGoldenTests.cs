using Praline.Models.Vision;
using Praline.Testing;

namespace Praline.Models.Tests.Vision;

/// <summary>Token merging alone against the original's functions (tests/golden/auroracap/tome_unit).</summary>
public class TokenMatchingGoldenTests
{
    public static TheoryData<string> Cases =>
        Golden.CaseNames("auroracap", folder => File.Exists(Path.Combine(folder, "cases.json")));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Equals_the_original(string name)
    {
        Assert.SkipWhen(Golden.IsNone(name), "this golden folder has no such case");

        using var golden = new GoldenCase("auroracap", name);
        foreach (var settings in golden.Meta("cases.json").EnumerateArray())
        {
            var key = $"case{settings.GetProperty("case").GetInt32()}";
            var (x, size) = (golden.Input($"{key}.x"), golden.Input($"{key}.size"));
            var matching = TokenMatching.Find(golden.Input($"{key}.metric"), settings.GetProperty("requested_r").GetInt64(), classToken: true);
            Assert.Equal(settings.GetProperty("effective_r").GetInt64(), matching?.Removed ?? 0);
            if (matching is null)
            {
                golden.Close($"{key}.merged_no_size", x);
                continue;
            }

            var (merged, newSize) = matching.WeightedAverage(x, sizes: null);
            golden.Close($"{key}.merged_no_size", merged);
            golden.Same($"{key}.size_no_size", newSize);
            golden.Close($"{key}.unmerged", matching.Unmerge(merged));
            (merged, newSize) = matching.WeightedAverage(x, size);
            golden.Close($"{key}.merged_with_size", merged);
            golden.Close($"{key}.size_with_size", newSize);
        }
    }
}
