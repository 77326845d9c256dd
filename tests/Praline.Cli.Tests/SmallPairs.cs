using System.Text.Json;
using Praline.SmallWorld;

namespace Praline.Cli.Tests;

/// <summary>A few videos of the small world with a pair of texts about each, to train on in seconds.</summary>
internal static class SmallPairs
{
    /// <summary>Writes <c>videos/</c> and <c>pairs.jsonl</c> into the folder.</summary>
    /// <returns>The options that name them.</returns>
    public static string[] Write(string folder, int count)
    {
        SmallWorldData.WriteVideos(folder, SmallWorldSplit.Preference, count);
        var pairs = Path.Combine(folder, "pairs.jsonl");
        File.WriteAllLines(pairs, Enumerable.Range(0, count).Select(i => JsonSerializer.Serialize(new
        {
            video_name = SmallWorldData.Name(SmallWorldSplit.Preference, i),
            pos_pre = $"A red square moves to the left, {i} times.",
            neg_pre = $"Nothing moves here, {i} times over. The end.",
            pos_score = 9,
            neg_score = 2,
        })));
        return ["--data", pairs, "--videos", Path.Combine(folder, "videos"), "--sampled-frm", "2", "--threads", "1"];
    }
}
