using System.Text.Json;
using System.Text.RegularExpressions;

namespace Praline.Media.Tests;

public class VideoFileTests
{
    [Fact]
    public void BothSidesSeeTheSameStruct() =>
        Assert.Equal(System.Runtime.InteropServices.Marshal.SizeOf<NativeVideoInfo>(), MediaNative.VideoInfoSize());

    [Fact]
    public void ChosenFramesAreThoseOfAFullDecodeInAnyOrder()
    {
        using var folder = TestFiles.Temporary();
        VideoWriter.Write(folder["a.mp4"], Enumerable.Range(0, 300).Select(i => TestVideos.Frame(i)), 25, keyframeInterval: 25);
        using var video = VideoFile.Open(folder["a.mp4"]);
        var all = video.ReadAllFrames().ToArray();
        var random = new Random(5);
        for (var round = 0; round < 20; round++)
        {
            var indices = Enumerable.Range(0, random.Next(1, 9)).Select(_ => random.Next(300)).ToArray();
            var frames = video.ReadFrames(indices);
            for (var i = 0; i < indices.Length; i++)
            {
                Assert.Equal(indices[i], TestVideos.NumberOf(frames[i]));
                Assert.True(all[indices[i]].Equals(frames[i]));
            }
        }

        Assert.Empty(video.ReadFrames([]));
    }

    [Fact]
    public void InstancesWorkInParallel()
    {
        var path = TestFiles.Sample("videos/tablet_drawing_224.mp4");
        using var one = VideoFile.Open(path, maxThreads: 1);
        var expected = one.ReadFrames([0, 50, 149]);
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ =>
        {
            using var video = VideoFile.Open(path, maxThreads: 2);
            var frames = video.ReadFrames([0, 50, 149]);
            Assert.True(expected.Zip(frames).All(pair => pair.First.Equals(pair.Second)));
        });
    }

    [Fact]
    public void SampleVideosHaveTheFramesThatPyAvSees() => AssertEqualsPyAv("samples", TestFiles.Sample("videos"));

    [Fact]
    public void SharedVideosHaveTheFramesThatPyAvSees()
    {
        if (TestFiles.Shared("videos") is { } folder)
        {
            AssertEqualsPyAv("shared", folder);
        }
    }

    [Fact]
    public void EveryFrameOfEverySampleCanBeReadByItself()
    {
        foreach (var path in Directory.GetFiles(TestFiles.Sample("videos")))
        {
            using var video = VideoFile.Open(path, maxThreads: 2);
            var all = video.ReadAllFrames().ToArray();
            Assert.Equal(video.Info.FrameCount, all.Length);
            for (var i = all.Length - 1; i >= 0; i -= all.Length > 60 ? 7 : 1)
            {
                Assert.True(all[i].Equals(video.ReadFrames([i])[0]), $"{path} frame {i}");
            }
        }
    }

    [Fact]
    public void SeekingGivesTheFramesOfAFullDecodeOnEverySharedVideo()
    {
        if (TestFiles.Shared("videos") is not { } folder)
        {
            Assert.Skip("the folder of sample media is not there (PRALINE_DATA)");
            return;
        }

        foreach (var path in Directory.GetFiles(folder).Where(p => !p.EndsWith(".md", StringComparison.Ordinal) && !p.Contains("audio_only")))
        {
            using var video = VideoFile.Open(path);
            var count = video.Info.FrameCount;
            int[] chosen = [.. new[] { 1, count / 2, count - 1 }.Where(i => i < count).Distinct()];
            var expected = video.ReadAllFrames().Select((frame, i) => (frame, i)).Where(f => chosen.Contains(f.i)).ToDictionary(f => f.i, f => f.frame);
            foreach (var index in chosen.Reverse())
            {
                Assert.True(expected[index].Equals(video.ReadFrames([index])[0]), $"{path} frame {index}");
            }
        }
    }

    [Fact]
    public void RotationIsApplied()
    {
        if (TestFiles.Shared("videos", "phone_rotated_minus90.mov") is not { } path)
        {
            Assert.Skip("the folder of sample media is not there (PRALINE_DATA)");
            return;
        }

        using var video = VideoFile.Open(path);
        Assert.Equal((320, 568, 568, 320, 90), (
            video.Info.Width, video.Info.Height, video.Info.CodedWidth, video.Info.CodedHeight, video.Info.Rotation));
    }

    [Theory]
    [InlineData("audio_only_aac.mp4", "expected a video stream, found only these streams: audio aac")]
    [InlineData("damaged/truncated_no_index.mp4", "moov atom not found")]
    [InlineData("damaged/zero_bytes.mp4", "an empty file (0 bytes)")]
    [InlineData("damaged/text_renamed.mp4", "no readable container")]
    [InlineData("no_such_file.mp4", "no such file")]
    public void UnusableVideosSayWhy(string name, string reason)
    {
        if (TestFiles.Shared("videos", name) is { } path)
        {
            var problem = Assert.Throws<MediaException>(() => VideoFile.Open(path));
            Assert.Contains(reason, problem.Message);
            Assert.StartsWith(path, problem.Message);
        }
    }

    [Fact]
    public void FramesPastADamageSayHowManyDecode()
    {
        if (TestFiles.Shared("videos", "damaged", "truncated_index_kept.mp4") is not { } path)
        {
            Assert.Skip("the folder of sample media is not there (PRALINE_DATA)");
            return;
        }

        using var video = VideoFile.Open(path);
        Assert.True(video.Info.Truncated);
        Assert.Equal(96, video.Info.FrameCount);
        Assert.Equal(31, video.ReadAllFrames().Count());  // as ffprobe counts
        Assert.Equal(2, video.ReadFrames([0, 30]).Length);
        var problem = Assert.Throws<MediaException>(() => video.ReadFrames([0, 31]));
        Assert.Contains("expected 96 frames, as the file declares, found 31 that decode", problem.Message);
    }

    [Fact]
    public void IndicesOutsideTheVideoAndInterruptedPassesAreErrors()
    {
        using var video = VideoFile.Open(TestFiles.Sample("videos/tablet_drawing_224.mp4"));
        Assert.Contains("0 to 149", Assert.Throws<MediaException>(() => video.ReadFrames([150])).Message);
        Assert.Throws<MediaException>(() => video.ReadFrames([-1]));
        Assert.Throws<InvalidOperationException>(() => video.ReadAllFrames().Select(_ => video.ReadFrames([3])).Count());
    }

    private static void AssertEqualsPyAv(string set, string folder)
    {
        var expected = JsonDocument.Parse(File.ReadAllText(TestFiles.Expected("frames_pyav10.json"))).RootElement.GetProperty(set);
        foreach (var entry in expected.EnumerateObject())
        {
            using var video = VideoFile.Open(Path.Combine(folder, entry.Name));
            Assert.Equal((entry.Name, entry.Value.GetProperty("frames").GetInt32()), (entry.Name, video.Info.FrameCount));
            foreach (var grid in entry.Value.GetProperty("grids").EnumerateObject())
            {
                var frame = video.ReadFrames([int.Parse(grid.Name)])[0];
                var blocks = grid.Value.EnumerateArray().Select(b => b.EnumerateArray().Select(v => v.GetDouble()).ToArray()).ToArray();
                for (var block = 0; block < 16; block++)
                {
                    var mean = BlockMean(frame, block / 4, block % 4);

                    // FFmpeg 9 gives the last row of frames with more than 8 bits its own colours; before, it mixed them with the row's above.
                    var tolerance = entry.Name == "tenbit.mp4" && block >= 12 && ScalerVersion() >= 10 ? 3 : 0.6;
                    for (var c = 0; c < 3; c++)
                    {
                        // Exact for the same build of FFmpeg; other processors round colours differently by fractions.
                        Assert.True(
                            Math.Abs(mean[c] - blocks[block][c]) < tolerance,
                            $"{entry.Name} frame {grid.Name} block {block} channel {c}: {mean[c]:F2}, not {blocks[block][c]:F2}");
                    }
                }
            }
        }
    }

    private static int ScalerVersion() => int.Parse(Regex.Match(MediaRuntime.Versions, @"libswscale (\d+)").Groups[1].Value);

    private static double[] BlockMean(RgbImage frame, int blockRow, int blockColumn)
    {
        var sums = new double[3];
        var (top, bottom) = (frame.Height * blockRow / 4, frame.Height * (blockRow + 1) / 4);
        var (left, right) = (frame.Width * blockColumn / 4, frame.Width * (blockColumn + 1) / 4);
        for (var y = top; y < bottom; y++)
        {
            var row = frame.Row(y);
            for (var i = left * 3; i < right * 3; i++)
            {
                sums[i % 3] += row[i];
            }
        }

        return [.. sums.Select(s => s / ((bottom - top) * (right - left)))];
    }
}
