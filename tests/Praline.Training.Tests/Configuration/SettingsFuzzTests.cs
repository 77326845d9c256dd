using System.Diagnostics;
using System.Text;
using Praline.Testing;
using Praline.Training.Configuration;
using Praline.Training.Lora;

namespace Praline.Training.Tests.Configuration;

/// <summary>Damages settings and adapters at random, the same way every time: each is read or ends in a <see cref="PralineException"/>, soon.</summary>
public sealed class SettingsFuzzTests : IDisposable
{
    private readonly string _folder = Directory.CreateDirectory(
        Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"praline-fuzz-{Guid.NewGuid():N}")).FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Damaged_yaml_never_crashes()
    {
        var recipes = Directory.GetFiles(Path.Combine(Golden.RepositoryRoot, "recipes"), "*.y*ml", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToArray();
        byte[][] seeds = [.. recipes, "method: dpo\ntraining:\n  learning_rate: 1e-5\nlora: {r: 8, target_modules: [q_proj, 'v_proj']}\nbeta: 0.1\n"u8.ToArray()];
        var path = Path.Combine(_folder, "config.yml");
        Fuzz(Mutation.Rounds(10_000), seeds, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            _ = YamlSettings.Load(path);
        });
    }

    [Fact]
    public void Damaged_adapters_never_crash()
    {
        byte[][] seeds =
        [
            """{"peft_type": "LORA", "r": 8, "lora_alpha": 16, "lora_dropout": 0.1, "target_modules": ["q_proj", "v_proj"], "rank_pattern": {"q_proj": 4}}"""u8.ToArray(),
            """{"peft_type": "LORA", "r": 8, "lora_alpha": 16, "target_modules": ".*layers\\.(0|1)\\..*_proj", "exclude_modules": "x+", "modules_to_save": ["lm_head"]}"""u8.ToArray(),
        ];
        var path = Path.Combine(_folder, "adapter_config.json");
        Fuzz(Mutation.Rounds(20_000), seeds, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            var config = LoraConfig.Read(_folder);
            _ = LoraTargets.Matches(config, "model.layers.0.self_attn.q_proj", isOutputHead: false) && LoraTargets.Scaling(config, "model.layers.0.self_attn.q_proj") > 0;
        });
    }

    private static void Fuzz(int rounds, byte[][] seeds, Action<byte[]> read)
    {
        var clock = new Stopwatch();
        for (var round = 0; round < rounds; round++)
        {
            var random = new Random(round);
            var damaged = Mutation.Apply(seeds[random.Next(seeds.Length)], seeds[random.Next(seeds.Length)], random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            clock.Restart();
            var error = Record.Exception(() => read(damaged));
            Assert.True(error is null or PralineException, $"round {round}: {error}\n{Encoding.UTF8.GetString(damaged)}");
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 100 << 20, $"round {round} took much memory");
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), $"round {round} took {clock.Elapsed}");
        }
    }
}
