namespace Praline.Preferences;

/// <summary>The names of the files that the four steps write in an output folder.</summary>
/// <param name="Folder">The output folder.</param>
public sealed record DataFiles(string Folder)
{
    /// <summary>Step 1: the clips.</summary>
    public string Clips => Path.Combine(Folder, "clips.jsonl");

    /// <summary>Step 2: the clips' captions.</summary>
    public string ShortGeneration => Path.Combine(Folder, "short_generation.jsonl");

    /// <summary>Step 3: the candidates.</summary>
    public string LongGeneration => Path.Combine(Folder, "long_generation.jsonl");

    /// <summary>Step 4: what the judges said.</summary>
    public string Scores => Path.Combine(Folder, "scores.jsonl");

    /// <summary>Step 4: the pairs.</summary>
    public string Pairs => Path.Combine(Folder, "pairs.jsonl");

    /// <summary>Step 4: the ranking in numbers (see <see cref="RankingReport"/>).</summary>
    public string Ranking => Path.Combine(Folder, "ranking.json");

    /// <summary>Step 4: the ranking to look at.</summary>
    public string Report => Path.Combine(Folder, "report.html");

    /// <summary>Vision features, shared by all stages and by training.</summary>
    public string VisionCache => Path.Combine(Folder, "vision-cache");

    /// <summary>What could not be used by any stage, and why.</summary>
    public string Rejected => Path.Combine(Folder, "rejected.jsonl");

    /// <summary>Every question to a judge and its raw answer (SQLite).</summary>
    public string Judgements => Path.Combine(Folder, "judgements.sqlite");
}
