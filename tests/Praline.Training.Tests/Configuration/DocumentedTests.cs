using Praline.Testing;
using Praline.Torch.Optim;
using Praline.Training.Configuration;
using Praline.Training.Objectives;
using Praline.Training.Objectives.Dpo;

namespace Praline.Training.Tests.Configuration;

/// <summary>The documentation names everything there is, and the recipes are good configurations.</summary>
public class DocumentedTests
{
    public static TheoryData<string> Recipes =>
        [.. Directory.GetFiles(Path.Combine(Golden.RepositoryRoot, "recipes"), "*.yml").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    [Fact]
    public void Methods_md_is_complete()
    {
        var lines = File.ReadAllLines(Path.Combine(Golden.RepositoryRoot, "docs", "methods.md"));
        var text = string.Join('\n', lines);
        foreach (var name in ObjectiveRegistry.Names.Concat(DpoLossTypes.Names).Concat(FDivergence.Names).Concat(["sft", "crl", "multiturn"]))
        {
            Assert.True(text.Contains($"`{name}`", StringComparison.Ordinal), $"docs/methods.md does not name `{name}`.");
        }

        foreach (var name in ObjectiveRegistry.Names.Except(DpoLossTypes.Names))
        {
            var row = Assert.Single(lines, line => line.StartsWith('|') && line.Split('|').Skip(2).FirstOrDefault()?.Trim() == $"`{name}`");
            foreach (var setting in ObjectiveRegistry.Settings(ObjectiveRegistry.Create(name)).Keys)
            {
                Assert.True(row.Contains($"`{setting}`", StringComparison.Ordinal), $"docs/methods.md does not name {name}'s setting `{setting}` in its row.");
            }
        }
    }

    /// <summary>The table of what a profile's two sides are has every method in it.</summary>
    [Fact]
    public void Methods_md_says_what_is_profiled()
    {
        var section = File.ReadAllText(Path.Combine(Golden.RepositoryRoot, "docs", "methods.md")).Split("## What a profile logs")[1];
        foreach (var name in ObjectiveRegistry.Names.Except(DpoLossTypes.Names).Concat(["sft", "crl", "multiturn"]))
        {
            Assert.True(section.Contains($"`{name}`", StringComparison.Ordinal), $"docs/methods.md does not say what is profiled of `{name}`.");
        }
    }

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Recipes_are_good_and_begin_with_their_command(string name)
    {
        var path = Path.Combine(Golden.RepositoryRoot, "recipes", name);
        var options = YamlSettings.Load(path);
        options.Loop.Validated();
        Assert.Contains(options.Loop.Schedule, LearningRateSchedule.Names);
        var method = options.Method is "crl" or "multiturn" ? "sft" : options.Method;
        ObjectiveRegistry.Create(method, options.Objective);

        var head = File.ReadLines(path).TakeWhile(line => line.StartsWith('#')).ToArray();
        Assert.Contains(head, line => line.Contains($"praline train {options.Method} --config recipes/{name}", StringComparison.Ordinal));
    }
}
