using Praline.Testing;

namespace Praline.Models.Tests;

public class GoldenKindsTests
{
    [Fact]
    public void Every_kind_in_the_golden_folder_is_one_that_tests_compare()
    {
        Assert.True(Directory.Exists(Golden.Folder), $"There is no folder {Golden.Folder}.");
        var unknown = Directory.GetDirectories(Golden.Folder).Select(Path.GetFileName).Except(Golden.Kinds).Order(StringComparer.Ordinal).ToList();
        Assert.True(
            unknown.Count == 0,
            $"{Golden.Folder} has kinds of cases that no test handles: {string.Join(", ", unknown)}. Known are {string.Join(", ", Golden.Kinds)}.");
    }
}
