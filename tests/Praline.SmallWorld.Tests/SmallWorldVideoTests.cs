using Praline.Media;

namespace Praline.SmallWorld.Tests;

public class SmallWorldVideoTests
{
    [Fact]
    public void Videos_and_truth_are_written_and_the_same_again()
    {
        var folder = Directory.CreateTempSubdirectory("praline-world").FullName;
        try
        {
            var (one, two) = (Path.Combine(folder, "one"), Path.Combine(folder, "two"));
            SmallWorldData.WriteVideos(one, SmallWorldSplit.HeldOut, 2);
            SmallWorldData.WriteVideos(two, SmallWorldSplit.HeldOut, 2);
            foreach (var file in Directory.GetFiles(one, "*", SearchOption.AllDirectories))
            {
                Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(file.Replace(one, two)));
            }

            var truth = SmallWorldData.ReadTruth(Path.Combine(one, "truth.jsonl")).ToList();
            Assert.Equal(["heldout-000000", "heldout-000001"], truth.Select(t => t.Video));
            Assert.Equal(SmallWorldData.Scene(SmallWorldSplit.HeldOut, 1).Facts().Required, truth[1].Scene.Facts().Required);
            Assert.Equal(3, Directory.GetFiles(one, "*", SearchOption.AllDirectories).Length);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_video_shows_what_the_renderer_draws()
    {
        var folder = Directory.CreateTempSubdirectory("praline-world").FullName;
        try
        {
            SmallWorldData.WriteVideos(folder, SmallWorldSplit.Preference, 1);
            var scene = SmallWorldData.Scene(SmallWorldSplit.Preference, 0);
            using var video = VideoFile.Open(Path.Combine(folder, "videos", "preference-000000.mp4"));
            Assert.Equal(scene.FrameCount, video.Info.FrameCount);
            Assert.Equal(scene.Seconds, video.Info.DurationSeconds, 2);
            int[] frames = [0, scene.FrameCount / 2, scene.FrameCount - 1];
            var shown = video.ReadFrames(frames);
            for (var i = 0; i < frames.Length; i++)
            {
                var drawn = SceneRenderer.Render(scene, frames[i]);
                var off = drawn.Pixels.Zip(shown[i].Pixels, (a, b) => Math.Abs(a - b)).Average();
                Assert.InRange(off, 0, 4); // lossy, but the same picture
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
