using System.Diagnostics;

namespace Praline.Media.Tests;

public class VideoFuzzTests
{
    /// <summary>
    /// Thousands of damaged videos of every container: each opens and gives frames, or is a <see cref="MediaException"/>; none crashes,
    /// hangs or takes much memory.
    /// </summary>
    [Fact]
    public void DamagedVideosNeverCrash()
    {
        using var folder = TestFiles.Temporary();
        var random = new Random(31);
        var (read, refused) = (0, 0);
        var originals = Directory.GetFiles(TestFiles.Sample("videos"))
            .Where(p => !p.Contains("tablet")).Select(p => (Path: p, Bytes: File.ReadAllBytes(p))).ToArray();
        var slowest = TimeSpan.Zero;
        for (var round = 0; round < 2500; round++)
        {
            var (path, original) = originals[round % originals.Length];
            var damaged = folder[$"damaged{Path.GetExtension(path)}"];
            File.WriteAllBytes(damaged, Mutation.Of(original, random, headerBytes: 1200));
            var clock = Stopwatch.StartNew();
            try
            {
                using var video = VideoFile.Open(damaged, maxThreads: 1);
                Assert.True(video.Info is { Width: > 0, Height: > 0 } && video.Info.Width * (long)video.Info.Height <= 128 << 20);
                if (video.Info.FrameCount > 0)
                {
                    video.ReadFrames([video.Info.FrameCount / 2]);
                }

                read++;
            }
            catch (MediaException)
            {
                refused++;
            }

            slowest = clock.Elapsed > slowest ? clock.Elapsed : slowest;
        }

        Assert.True(read > 300 && refused > 100, $"{read} read, {refused} refused");
        Assert.True(slowest < TimeSpan.FromSeconds(20), $"the slowest took {slowest}");
    }
}
