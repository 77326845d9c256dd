namespace Praline.Preferences.Tests;

/// <summary>The four steps over <see cref="FactVideo"/>s with the offline judge.</summary>
internal static class Builders
{
    public static PreferenceBuilder Facts(ICaptionModel? model = null, IJudge? judge = null, ulong seed = 7)
    {
        model ??= new FactModel();
        return new PreferenceBuilder
        {
            Clips = new ClipStage(new FactProbe()),
            CaptionClips = new CaptionClipsStage(model),
            Candidates = new CandidatesStage(model) { Seed = seed, Candidates = 6 },
            Judge = new JudgeStage(judge ?? new OfflineJudge()),
            Rank = new RankStage(),
        };
    }

    /// <summary>The content of all data files of an output folder.</summary>
    public static IReadOnlyDictionary<string, string> Read(string folder) =>
        Directory.GetFiles(folder, "*.jsonl").ToDictionary(f => Path.GetFileName(f), File.ReadAllText);
}
