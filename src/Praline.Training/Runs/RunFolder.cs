using Praline.Data;
using System.Text.Json;

namespace Praline.Training.Runs;

/// <summary>
/// A training run on disk: <c>config.json</c> (every setting in force), <c>metrics.jsonl</c> (one line per optimizer step, the same
/// bytes whether or not the run was interrupted), <c>timing.jsonl</c> (speed and memory, which are not), <c>checkpoints/</c>,
/// <c>epoch1/</c>… and <c>summary.json</c>.
/// </summary>
public sealed class RunFolder
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonSerializerOptions Line = new() { Encoder = Json.Encoder };

    /// <summary>Opens or makes the folder.</summary>
    public RunFolder(string path)
    {
        Root = Path.GetFullPath(path);
        Directory.CreateDirectory(Root);
    }

    /// <summary>The folder.</summary>
    public string Root { get; }

    /// <summary>The settings in force.</summary>
    public string ConfigFile => Path.Combine(Root, "config.json");

    /// <summary>One line per optimizer step.</summary>
    public string MetricsFile => Path.Combine(Root, "metrics.jsonl");

    /// <summary>Speed and memory per optimizer step.</summary>
    public string TimingFile => Path.Combine(Root, "timing.jsonl");

    /// <summary>What the run ended with; it exists only then.</summary>
    public string SummaryFile => Path.Combine(Root, "summary.json");

    /// <summary>Name of the file with the rows that were left out, and why; it exists only if there are any.</summary>
    public const string LeftOutName = "left_out.jsonl";

    /// <summary>Where checkpoints lie.</summary>
    public string Checkpoints => Path.Combine(Root, "checkpoints");

    /// <summary>The result of an epoch, counted from 1, named as SynPO's scripts do.</summary>
    public string Epoch(int epoch) => Path.Combine(Root, $"epoch{epoch}");

    /// <summary>The result of the step whose evaluation was best.</summary>
    public string Best => Path.Combine(Root, "best");

    /// <summary>True when the run is done.</summary>
    public bool IsFinished => File.Exists(SummaryFile);

    /// <summary>
    /// Writes the settings, or compares them with those that the folder's run began with.
    /// </summary>
    /// <exception cref="PralineException">The folder holds a run with other settings; the message lists what differs.</exception>
    public void Claim(IReadOnlyDictionary<string, object?> settings)
    {
        var text = JsonSerializer.Serialize(settings, Json) + "\n";
        if (!File.Exists(ConfigFile))
        {
            AtomicFile.WriteText(ConfigFile, text);
            return;
        }

        var present = File.ReadAllText(ConfigFile);
        if (present != text)
        {
            throw new PralineException(
                $"{Root} holds a run with other settings: {Differences(present, text)}. Give another output folder, or remove this one to begin again.");
        }
    }

    /// <summary>Writes the list of rows that were left out: <c>id</c>, <c>row</c>, <c>field</c>, <c>reason</c>, <c>remedy</c>.</summary>
    public void WriteLeftOut(IEnumerable<DataProblem> problems) => AtomicFile.WriteText(
        Path.Combine(Root, LeftOutName), string.Concat(problems.Select(p => JsonSerializer.Serialize(new { id = p.Id, row = p.Source.ToString(), field = p.Field, reason = p.What, remedy = p.Remedy }, Line) + "\n")));

    /// <summary>Writes <c>summary.json</c>.</summary>
    public void WriteSummary<T>(T summary) => AtomicFile.WriteText(SummaryFile, JsonSerializer.Serialize(summary, Json) + "\n");

    /// <summary>Reads <c>summary.json</c>.</summary>
    public T ReadSummary<T>() => JsonSerializer.Deserialize<T>(File.ReadAllText(SummaryFile), Json)!;

    private static string Differences(string present, string wanted)
    {
        using var old = JsonDocument.Parse(present);
        using var now = JsonDocument.Parse(wanted);
        var before = old.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetRawText());
        var after = now.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetRawText());
        var names = before.Keys.Union(after.Keys).Where(name => before.GetValueOrDefault(name) != after.GetValueOrDefault(name));
        return string.Join(", ", names.Select(name => $"{name} was {before.GetValueOrDefault(name) ?? "absent"}, is {after.GetValueOrDefault(name) ?? "absent"}"));
    }
}
