using System.Diagnostics;
using Praline.Training.Configuration;
using Praline.Training.Lora;

namespace Praline.Training.Tests.Configuration;

/// <summary>Settings and adapters that others wrote: an error with the place, in bounded time and memory, whatever they hold.</summary>
public sealed class HostileSettingsTests : IDisposable
{
    private const string Adapter = """{"peft_type": "LORA", "r": 8, "lora_alpha": 16, "target_modules": ["q_proj"]}""";
    private readonly string _folder = Directory.CreateTempSubdirectory("praline-hostile-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string, string> Yaml => new()
    {
        { "a: &a [*a]", "alias" },
        { "a: &a {b: *a}", "alias" },
        { new string('[', 20_000), "levels deep" },
        { string.Concat(Enumerable.Repeat("{a: ", 20_000)), "levels deep" },
        { string.Join('\n', Enumerable.Range(0, 20_000).Select(i => new string(' ', i % 500) + "- ")), "" },
        { Bomb(), "alias" },
        { "a: \"" + new string('x', 2 << 20) + "\"", "at most" },
        { "? [1, 2]\n: 3", "" },
        { "learning_rate: 0,9", "0,9" },
        { "learning_rate: .inf", "learning_rate" },
        { "learning_rate: 1e999", "learning_rate" },
        { "seed: 1\nseed: 2", "" },
        { "\0\u0001", "" },
        { "%YAML 9.9\n---\na: 1", "" },
        { "a: !!binary x", "" },
    };

    [Theory]
    [MemberData(nameof(Yaml))]
    public void Yaml_is_refused_in_bounded_time(string text, string said)
    {
        var path = Path.Combine(_folder, "config.yml");
        File.WriteAllText(path, text);
        var (before, clock) = (GC.GetTotalAllocatedBytes(), Stopwatch.StartNew());
        var error = Assert.ThrowsAny<PralineException>(() => YamlSettings.Load(path));
        Assert.Contains(said, error.Message);
        Assert.Contains(path, error.Message);
        Assert.True(GC.GetTotalAllocatedBytes() - before < 200 << 20);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"{clock.Elapsed}");
    }

    [Fact]
    public void Yaml_that_is_not_utf8_is_named()
    {
        var path = Path.Combine(_folder, "config.yml");
        File.WriteAllBytes(path, [.. "seed: 1 # "u8, 0xFF, 0xC3]);
        Assert.Contains("UTF-8", Assert.ThrowsAny<PralineException>(() => YamlSettings.Load(path)).Message);
    }

    [Theory]
    [InlineData("\"r\": 8", "\"r\": 1000000000", "r should be a rank")]
    [InlineData("\"r\": 8", "\"r\": 0", "r should be a rank")]
    [InlineData("\"r\": 8", "\"r\": -1", "r should be a rank")]
    [InlineData("\"r\": 8", "\"r\": 8, \"r\": 4", "adapter_config.json")]
    [InlineData("\"r\": 8", "\"r\": 8, \"rank_pattern\": {\"x\": 1000000000}", "x should be a rank")]
    [InlineData("\"r\": 8", "\"r\": 8, \"rank_pattern\": {\"(([\": 4}", "(([")]
    [InlineData("16", "1e999", "lora_alpha")]
    [InlineData("16", "-1e9", "lora_alpha")]
    [InlineData("16", "16, \"lora_dropout\": 7", "lora_dropout")]
    [InlineData("[\"q_proj\"]", "\"(([\"", "regular expression")]
    [InlineData("[\"q_proj\"]", "\"\\ud800\"", "surrogate")]
    [InlineData("\"LORA\"", "\"LORA\", \"\\ud800\": 1", "surrogate")]
    [InlineData("[\"q_proj\"]", "null", "adapter_config.json")]
    public void An_adapter_is_refused_before_anything_is_made_of_it(string good, string bad, string said)
    {
        File.WriteAllText(Path.Combine(_folder, "adapter_config.json"), Adapter.Replace(good, bad, StringComparison.Ordinal));
        Assert.Contains(said, Assert.ThrowsAny<PralineException>(() => LoraConfig.Read(_folder)).Message);
    }

    [Fact]
    public void An_adapter_with_a_byte_order_mark_is_read()
    {
        File.WriteAllBytes(Path.Combine(_folder, "adapter_config.json"), [0xEF, 0xBB, 0xBF, .. System.Text.Encoding.UTF8.GetBytes(Adapter)]);
        Assert.Equal(8, LoraConfig.Read(_folder).R);
    }

    [Theory]
    [InlineData("(a|a)*b", true)]
    [InlineData("(([a-z_.0-9])+.)+[A-Z]([a-z])+$", true)]
    [InlineData(@"(?=(a+)+$)(\w+\s?)*x", false)]
    public void A_catastrophic_pattern_ends(string pattern, bool matchesNothing)
    {
        var config = new LoraConfig { TargetModules = [pattern], TargetIsPattern = true };
        var clock = Stopwatch.StartNew();
        var name = new string('a', 60) + "!";
        if (matchesNothing)
        {
            Assert.False(LoraTargets.Matches(config, name, isOutputHead: false));
        }
        else
        {
            Assert.True(Record.Exception(() => LoraTargets.Matches(config, name, isOutputHead: false)) is null or PralineException);
        }

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"{clock.Elapsed}");
    }

    private static string Bomb() => "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
        + string.Concat(Enumerable.Range(1, 9).Select(i => $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 9))}]\n"));
}
