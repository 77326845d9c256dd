using System.Text.Json;

namespace Praline.Torch.Distributed;

/// <summary>What a rank tells the others about itself through the store.</summary>
/// <param name="Rank">Which rank.</param>
/// <param name="WorldSize">How many ranks it was told there are.</param>
/// <param name="Host">Its host.</param>
/// <param name="Pid">Its process.</param>
/// <param name="Log">Its log file, if it has one of its own.</param>
internal sealed record RankReport(int Rank, int WorldSize, string Host, int Pid, string? Log)
{
    /// <summary>Counts its signs of life.</summary>
    public long Beat { get; init; }

    /// <summary>Counts the exchanges it has begun.</summary>
    public long Exchanges { get; init; }

    /// <summary>True when an exchange failed for it.</summary>
    public bool Broken { get; init; }

    /// <summary>What it stopped with, if it did.</summary>
    public string? Error { get; init; }

    internal static RankReport Parse(string text) => JsonSerializer.Deserialize<RankReport>(text)!;

    internal string ToText() => JsonSerializer.Serialize(this);

    internal string Describe() =>
        $"rank {Rank} of {WorldSize} (process {Pid} on {Host}; {(Log is null ? "its messages are where the launcher puts them" : $"log: {Log}")})";
}
