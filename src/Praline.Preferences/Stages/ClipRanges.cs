using Praline.Data;
using Praline.Media;

namespace Praline.Preferences;

/// <summary>Cuts a stretch of frames into clips. Frame numbers are from 0, both ends of a clip are part of it.</summary>
public static class ClipRanges
{
    /// <summary>
    /// Equal ranges as <c>generate_caption1.py</c> makes them: each is <c>frames / clips</c> (rounded down) long and ends where the next begins;
    /// the last ends at the last frame and takes the rest.
    /// </summary>
    /// <param name="frames">How many frames the video has, at least 1.</param>
    /// <param name="clips">How many ranges, at least 1.</param>
    public static IReadOnlyList<FrameRange> Equal(int frames, int clips)
    {
        var length = frames / clips;
        return [.. Enumerable.Range(0, clips).Select(j => new FrameRange(j * length, j < clips - 1 ? (j + 1) * length : frames - 1))];
    }

    /// <summary>Ranges of so many seconds; what is left at the end is a clip of its own when it is at least half as long, else part of the last.</summary>
    /// <param name="frames">How many frames the video has, at least 1.</param>
    /// <param name="duration">Its length in seconds.</param>
    /// <param name="seconds">The length of a clip.</param>
    public static IReadOnlyList<FrameRange> Fixed(int frames, double duration, double seconds)
    {
        var count = (int)Math.Clamp(Math.Floor(duration / seconds + 0.5), 1, frames);
        return [.. Enumerable.Range(0, count).Select(j => new FrameRange(Start(j), j < count - 1 ? Math.Max(Start(j), Start(j + 1) - 1) : frames - 1))];

        int Start(int clip) => Math.Min(frames - 1, (int)Math.Round(clip * seconds / duration * frames));
    }

    /// <summary>
    /// The scenes between cuts. When there are more than <paramref name="most"/>, the weakest cuts are passed over; when there are fewer than
    /// <paramref name="fewest"/>, the longest scene is halved, and again.
    /// </summary>
    /// <param name="first">The first frame.</param>
    /// <param name="last">The last frame.</param>
    /// <param name="cuts">Where scenes begin; those outside don't count.</param>
    /// <param name="fewest">Fewest ranges (fewer still where there are not as many frames).</param>
    /// <param name="most">Most ranges.</param>
    public static IReadOnlyList<FrameRange> Scenes(int first, int last, IEnumerable<SceneCut> cuts, int fewest, int most)
    {
        var starts = cuts.Where(c => c.Frame > first && c.Frame <= last).OrderByDescending(c => c.Score).ThenBy(c => c.Frame)
            .Take(most - 1).Select(c => c.Frame).Append(first).Order().ToList();
        while (starts.Count < fewest)
        {
            var (length, at) = starts.Select((s, i) => (Length: End(i) - s + 1, At: i)).MaxBy(s => s.Length);
            if (length < 2)
            {
                break;
            }

            starts.Insert(at + 1, starts[at] + (length / 2));
        }

        return [.. starts.Select((s, i) => new FrameRange(s, End(i)))];

        int End(int scene) => scene + 1 < starts.Count ? starts[scene + 1] - 1 : last;
    }
}
