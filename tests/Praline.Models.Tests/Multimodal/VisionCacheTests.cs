using Praline.Models.Checkpoints;
using Praline.Models.Multimodal;
using Praline.Testing;
using Praline.Torch;

namespace Praline.Models.Tests.Multimodal;

public class VisionCacheTests
{
    [Fact]
    public void Features_come_back_bit_for_bit_and_media_are_not_decoded_again()
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        using var model = AuroraCap.Create(TinyModels.AuroraCap(folder["model"]), seed: 3);
        File.WriteAllText(folder["a.mp4"], "a video");
        var decoded = 0;
        VisionFeatures Encode(VisionCache cache, params int[] frames) => new CachedVision(model, cache).Encode(folder["a.mp4"], frames, () =>
        {
            decoded++;
            return [.. frames.Select(i => TinyModels.Picture(30, 30, i))];
        });

        var first = Encode(Cache(folder), 0, 3);
        var again = Encode(Cache(folder), 0, 3);
        var others = Encode(Cache(folder), 0, 4);

        Assert.Equal(2, decoded);
        Assert.Equal(first.Counts, again.Counts);
        Assert.Equal(MediaKind.Video, again.Kind);
        Close.Equal(first.Tokens, again.Tokens, 0, 0, "features from disk");
        Assert.NotEqual(first.Tokens.ToArray<float>(), others.Tokens.ToArray<float>());
    }

    [Fact]
    public void Whatever_features_depend_on_is_part_of_the_key()
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.mp4"], "a video");
        File.WriteAllText(folder["copy.mp4"], "a video");
        File.WriteAllText(folder["b.mp4"], "b video");
        var blank = TinyModels.AuroraCap(folder["model"]);
        using var model = AuroraCap.Create(blank, seed: 3);
        using var otherWeights = AuroraCap.Create(blank, seed: 4);
        using var otherRatio = AuroraCap.Create(blank, seed: 3, new LoadOptions { TokenKeptRatio = 0.7 });
        using var otherType = AuroraCap.Create(blank, seed: 3, new LoadOptions { DType = DType.Float64 });
        TinyModels.Write(blank, "visual_encoder/preprocessor_config.json", """
            {"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": 28}, "crop_size": {"height": 28, "width": 28}, "image_mean": [0, 0, 0]}
            """);
        using var otherProcessor = AuroraCap.Create(blank, seed: 3);

        var cache = Cache(folder);
        string Key(VisionLanguageModel of, string file = "a.mp4", int frame = 2, double seconds = 0) =>
            new CachedVision(of, cache).KeyOf(folder[file], [1, frame], MediaKind.Video, seconds).Name;
        string[] keys =
        [
            Key(model), Key(otherWeights), Key(otherRatio), Key(otherType), Key(otherProcessor), Key(model, "b.mp4"), Key(model, frame: 3), Key(model, seconds: 1),
        ];

        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(Key(model), Key(model, "copy.mp4")); // the content counts, not the name
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-2000)]
    [InlineData(30)]
    [InlineData(3)]
    public void A_damaged_entry_is_told_about_and_computed_again(int position)
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        var warnings = new List<string>();
        var cache = Cache(folder, warnings);
        var key = new VisionCacheKey("weights", "settings", "media", [1, 2], MediaKind.Video);
        var features = Features(500);
        cache.Put(key, features);
        var file = Entries(folder).Single();
        var bytes = File.ReadAllBytes(file.FullName);
        bytes[position < 0 ? bytes.Length + position : position] ^= 1;
        File.WriteAllBytes(file.FullName, bytes);

        var computed = 0;
        var result = cache.GetOrCompute(key, () =>
        {
            computed++;
            return features;
        });

        Assert.Equal(1, computed);
        Assert.Equal(1, cache.Damaged);
        Assert.Contains("is damaged", Assert.Single(warnings));
        Close.Equal(features.Tokens, result.Tokens, 0, 0, "computed again");
        Close.Equal(features.Tokens, cache.TryGet(key)!.Tokens, 0, 0, "stored again");
    }

    [Fact]
    public void A_truncated_or_misplaced_entry_is_no_entry()
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        var warnings = new List<string>();
        var cache = Cache(folder, warnings);
        VisionCacheKey Key(string media) => new("weights", "settings", media, [], MediaKind.Images);
        cache.Put(Key("a"), Features(10));
        var file = Entries(folder).Single();
        var misplaced = folder["cache", Key("b").Name[..2], Key("b").Name + ".safetensors"];
        Directory.CreateDirectory(Path.GetDirectoryName(misplaced)!);
        File.Copy(file.FullName, misplaced);
        File.WriteAllBytes(file.FullName, File.ReadAllBytes(file.FullName)[..^5]);

        Assert.Null(cache.TryGet(Key("a")));
        Assert.Null(cache.TryGet(Key("b")));
        Assert.Equal(2, warnings.Count);
        Assert.Empty(Entries(folder));
    }

    [Fact]
    public void What_was_not_used_for_longest_goes_first()
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        VisionCacheKey Key(int i) => new("weights", "settings", $"media {i}", [], MediaKind.Images);
        var cache = new VisionCache(new VisionCacheOptions(folder["cache"]) { MaxBytes = 50_000 });
        for (var i = 0; i < 4; i++)
        {
            cache.Put(Key(i), Features(100)); // 100 tokens · 24 numbers · 4 bytes, and a header: about 10 KB each
            Age(folder, hours: 1);
        }

        Assert.NotNull(cache.TryGet(Key(0))); // used just now: younger than 1, 2 and 3
        cache.Put(Key(4), Features(100));
        cache.Put(Key(5), Features(100));

        Assert.NotNull(cache.TryGet(Key(0)));
        Assert.Null(cache.TryGet(Key(1)));
        Assert.NotNull(cache.TryGet(Key(5)));
        Assert.InRange(Entries(folder).Sum(f => f.Length), 1, 50_000);
    }

    [Fact]
    public void Many_threads_compute_an_entry_once_and_never_see_half_of_it()
    {
        using var folder = new TemporaryFolder();
        var warnings = new List<string>();
        var computed = 0;
        var caches = new[] { Cache(folder, warnings), Cache(folder, warnings) }; // as two processes would have them
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            using var scope = new TensorScope();
            var key = new VisionCacheKey("weights", "settings", $"media {i % 5}", [], MediaKind.Images);
            var features = caches[i % 2].GetOrCompute(key, () =>
            {
                Interlocked.Increment(ref computed);
                return Features(50 + (i % 5));
            });
            Assert.Equal(50 + (i % 5), features.Tokens.Size(0));
        });

        Assert.Empty(warnings);
        Assert.InRange(computed, 5, 10);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_costs_a_warning_not_the_run()
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        var warnings = new List<string>();
        var cache = Cache(folder, warnings);
        var key = new VisionCacheKey("weights", "settings", "media", [], MediaKind.Images);
        File.WriteAllText(folder["cache", key.Name[..2]], "a file where the entry's folder should be");

        Assert.Equal(20, cache.GetOrCompute(key, () => Features(20)).Tokens.Size(0));
        Assert.Contains("could not be written", Assert.Single(warnings));
        Assert.Contains("Name another one", Assert.Throws<PralineException>(
            () => new VisionCache(new VisionCacheOptions(folder["cache", key.Name[..2], "x"]))).Message);
    }

    [Fact]
    public void A_media_file_is_read_again_only_when_it_changed()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a"], "one");
        File.SetLastWriteTimeUtc(folder["a"], new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var hashes = new MediaHashes(folder["hashes"]);
        var hash = hashes.HashOf(folder["a"]);

        // SHA-256 of "one", from sha256sum.
        Assert.Equal("7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed", hash);
        Assert.Equal(hash, hashes.HashOf(folder["a"]));
        Assert.Equal(1, hashes.FilesRead);
        var later = new MediaHashes(folder["hashes"]);
        Assert.Equal(hash, later.HashOf(folder["a"]));
        Assert.Equal(0, later.FilesRead);

        File.WriteAllText(folder["a"], "two");
        Assert.NotEqual(hash, later.HashOf(folder["a"]));
        Assert.Contains("no file", Assert.Throws<PralineException>(() => later.HashOf(folder["gone"])).Message);
    }

    private static VisionCache Cache(TemporaryFolder folder, List<string>? warnings = null) =>
        new(new VisionCacheOptions(folder["cache"]) { Warn = message => { lock (folder) { warnings?.Add(message); } } });

    private static VisionFeatures Features(int tokens) => new(
        Tensor.Randn([tokens, 24], new Generator((ulong)tokens)), [tokens], [new VisionGrid(1, 1, tokens, 0.5)], MediaKind.Images);

    private static FileInfo[] Entries(TemporaryFolder folder) =>
        new DirectoryInfo(folder["cache"]).GetFiles("*.safetensors", SearchOption.AllDirectories);

    private static void Age(TemporaryFolder folder, double hours)
    {
        foreach (var entry in Entries(folder))
        {
            entry.LastWriteTimeUtc -= TimeSpan.FromHours(hours);
        }
    }
}
