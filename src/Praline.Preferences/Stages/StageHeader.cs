using Praline.Json;
using System.Text.Json;

namespace Praline.Preferences;

/// <summary>What a journal and a finished stage's state begin with: which stage, and all that its result depends on.</summary>
internal sealed record StageHeader(string Stage, StageFingerprint Settings, StageFingerprint Inputs) : IJsonRow<StageHeader>
{
    private const int Version = 1;

    private string Command => $"praline {(Stage == JudgeStage.Name ? RankStage.Name : Stage)}";

    public static StageHeader Of(StagePlan plan) => new(plan.Stage, plan.Settings, plan.Inputs);

    public static StageHeader Read(JsonRow row)
    {
        var version = row.Integer("praline_stage");
        return version == Version
            ? new StageHeader(row.Text("stage"), StageFingerprint.Read(row, "settings"), StageFingerprint.Read(row, "inputs"))
            : throw row.Error("praline_stage", $"expected version {Version}, found {version}. Begin anew with --restart.");
    }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteNumber("praline_stage", Version);
        writer.WriteString("stage", Stage);
        Settings.Write(writer, "settings");
        Inputs.Write(writer, "inputs");
    }

    /// <summary>Refuses to go on from an earlier start that would have given another result.</summary>
    /// <returns>Whether the input files are the same; false only when they may differ.</returns>
    /// <exception cref="PralineException">Names each difference and the ways out.</exception>
    public bool MustContinue(StageHeader earlier, string outputPath, bool inputsMayDiffer)
    {
        if (earlier.Stage != Stage)
        {
            throw new PralineException($"{outputPath} was begun by stage {earlier.Stage}, not {Stage}. Choose another output file.");
        }

        var settings = Settings.DifferencesFrom(earlier.Settings);
        if (settings.Count > 0)
        {
            throw new PralineException(
                $"{outputPath} was begun with other settings: {string.Join("; ", settings)}. " +
                $"Use the earlier settings to go on, --restart to make it anew ({Command} --restart makes nothing else anew), or another output folder to keep both.");
        }

        var inputs = Inputs.DifferencesFrom(earlier.Inputs);
        return inputs.Count == 0 || (inputsMayDiffer
            ? false
            : throw new PralineException(
                $"{outputPath} was begun with other inputs: {string.Join("; ", inputs)}. " +
                "Use --update to keep what was made of unchanged items, --restart to make all anew, or another output folder to keep both."));
    }
}
