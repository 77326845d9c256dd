using System.Globalization;

namespace Praline.Training.Data;

/// <summary>Which answers of a conversation are learnt.</summary>
internal static class LearntTurns
{
    /// <summary>The setting's default: the last answer alone.</summary>
    internal static IReadOnlyList<string> Last { get; } = ["last"];

    /// <summary>Indices from 0 of the answers that are learnt, ascending; empty when the conversation has none of them.</summary>
    /// <param name="setting"><c>last</c>, <c>all</c>, or numbers from 1.</param>
    /// <param name="answers">Answers that the conversation has.</param>
    /// <exception cref="PralineException">The setting is none of these.</exception>
    internal static IReadOnlyList<int> Of(IReadOnlyList<string> setting, int answers) =>
        [.. setting.SelectMany(turn => Indices(turn, answers)).Where(index => index < answers).Distinct().Order()];

    private static IEnumerable<int> Indices(string turn, int answers) => turn switch
    {
        "all" => Enumerable.Range(0, answers),
        "last" => [answers - 1],
        _ when int.TryParse(turn, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 => [number - 1],
        _ => throw new PralineException($"The setting learn_turns should be last, all or numbers from 1, found '{turn}'."),
    };
}
