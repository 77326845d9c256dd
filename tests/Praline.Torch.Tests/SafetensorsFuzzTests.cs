using System.Text;
using Praline.Testing;
using Praline.Torch;
using Praline.Torch.Serialization;

namespace Praline.Torch.Tests;

/// <summary>
/// Damages safetensors files and shard indexes at random, the same way every time: each opens, and then every tensor can be read to its
/// last byte, or ends in a <see cref="PralineException"/>, soon. With those of tokenizers and templates a hundred thousand files in all.
/// </summary>
public sealed class SafetensorsFuzzTests : IDisposable
{
    // In memory where there is such a folder: a disk may take minutes for 70,000 small files.
    private readonly string _folder = Directory.CreateDirectory(
        Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"praline-fuzz-{Guid.NewGuid():N}")).FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Damaged_headers_never_crash()
    {
        using var scope = new TensorScope();
        var first = Path.Combine(_folder, "seed.safetensors");
        SafetensorsWriter.Write(first, new Dictionary<string, Tensor>
        {
            ["model.norm.weight"] = Tensor.Ones([8]),
            ["a"] = Tensor.Ones([2, 3], DType.Int64),
            ["b"] = Tensor.Ones([3, 1], DType.BFloat16),
            ["empty"] = Tensor.Ones([0, 2]),
        });
        byte[][] seeds = [File.ReadAllBytes(first), Plain("""{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"""), Plain("{}")];
        var path = Path.Combine(_folder, "damaged.safetensors");
        Fuzz(Mutation.Rounds(70_000), round =>
        {
            var random = new Random(round);
            var seed = seeds[random.Next(seeds.Length)];
            var damaged = Mutation.Apply(seed[8..], seeds[0], random);

            // Mostly the length is right, so that the damage is met behind it.
            var length = random.Next(8) > 0 ? (ulong)Math.Max(0, BitConverter.ToInt64(seed) + damaged.Length - (seed.Length - 8)) : (ulong)random.NextInt64();
            return [.. BitConverter.GetBytes(length), .. damaged];
        }, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            using var inner = new TensorScope();
            using var file = SafetensorsFile.Open(path);
            foreach (var (name, entry) in file.Tensors)
            {
                Assert.True(entry.Offset + entry.Length <= bytes.Length);
                _ = file.Read(name).Bytes().ToArray();
            }
        });
    }

    [Fact]
    public void Damaged_indexes_never_crash()
    {
        using var scope = new TensorScope();
        SafetensorsWriter.Write(Path.Combine(_folder, "model-1.safetensors"), new Dictionary<string, Tensor> { ["a"] = Tensor.Ones([2]) });
        SafetensorsWriter.Write(Path.Combine(_folder, "model-2.safetensors"), new Dictionary<string, Tensor> { ["b"] = Tensor.Zeros([3]) });
        var seed = """{"metadata":{"total_size":20},"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors"}}"""u8.ToArray();
        Fuzz(Mutation.Rounds(3_000), round => Mutation.Apply(seed, seed, new Random(round)), bytes =>
        {
            File.WriteAllBytes(Path.Combine(_folder, "model.safetensors.index.json"), bytes);
            using var source = CheckpointSource.Open(_folder);
            Assert.All(source.Names, name => Assert.NotNull(source.Find(name)));
        });
    }

    private static byte[] Plain(string header)
    {
        var json = Encoding.UTF8.GetBytes(header);
        return [.. BitConverter.GetBytes((ulong)json.Length), .. json, 1, 2, 3, 4];
    }

    private static void Fuzz(int rounds, Func<int, byte[]> make, Action<byte[]> use)
    {
        var slowest = TimeSpan.Zero;
        for (var round = 0; round < rounds; round++)
        {
            var bytes = make(round);
            var start = ThreadTime.Now;
            try
            {
                use(bytes);
            }
            catch (PralineException)
            {
                // What a bad file should end in.
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"round {round}: {error.GetType().Name} for {Encoding.UTF8.GetString(bytes)}", error);
            }

            var taken = ThreadTime.Now - start;
            slowest = taken > slowest ? taken : slowest;
        }

        Assert.True(slowest < TimeSpan.FromSeconds(10), $"the slowest file took {slowest}");
    }
}
