namespace Praline.Preferences;

/// <summary>One preference in no particular format: what all formats say, in one form.</summary>
public sealed record PreferenceSample
{
    /// <summary>Where it came from: <c>data.jsonl, line 3</c>.</summary>
    public string Place { get; init; } = "";

    /// <summary>
    /// The conversation up to the answer: <c>system</c>, <c>user</c> and <c>assistant</c> turns, the last a user's. Texts may hold <c>&lt;image&gt;</c> and
    /// <c>&lt;video&gt;</c> where the media go.
    /// </summary>
    public required IReadOnlyList<ChatTurn> Prompt { get; init; }

    /// <summary>The better answer.</summary>
    public required string Chosen { get; init; }

    /// <summary>The worse answer.</summary>
    public required string Rejected { get; init; }

    /// <summary>Video files, in the order of their marks.</summary>
    public IReadOnlyList<string> Videos { get; init; } = [];

    /// <summary>Image files, in the order of their marks.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary>The better answer's score, where it is known.</summary>
    public double? ChosenScore { get; init; }

    /// <summary>The worse answer's score, where it is known.</summary>
    public double? RejectedScore { get; init; }

    /// <summary>The sample with a mark for each of its media: those that lack one get it at the beginning of the first user turn.</summary>
    public PreferenceSample WithMarks()
    {
        var missing = Marks("<video>", Videos.Count) + Marks("<image>", Images.Count);
        var first = Prompt.Index().FirstOrDefault(t => t.Item.Role == "user", (Index: -1, Item: null!)).Index;
        return missing.Length == 0 || first < 0
            ? this
            : this with { Prompt = [.. Prompt.Select((t, i) => i == first ? t with { Text = missing + t.Text } : t)] };
    }

    /// <summary>How often a mark stands in the prompt.</summary>
    public int CountMarks(string mark) => Prompt.Sum(t => t.Text.Split(mark).Length - 1);

    private string Marks(string mark, int files) => string.Concat(Enumerable.Repeat(mark, Math.Max(0, files - CountMarks(mark))));
}
