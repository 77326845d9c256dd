namespace Praline.Training.Data;

/// <summary>
/// Rows of one answer each (MACAROON's <c>preference_dataset_seperate.json</c>) put together: answers to the same question about the same
/// medium under different conditions become one example, so that what they share is computed once.
/// </summary>
internal static class ConditionedRows
{
    /// <summary>
    /// The rows, each at the place of its first answer. A row takes one answer under each condition; a second one under the same begins another.
    /// </summary>
    internal static List<ExampleText> Together(IEnumerable<ExampleText> rows)
    {
        var together = new List<List<ExampleText>>();
        var alike = new Dictionary<string, List<List<ExampleText>>>(StringComparer.Ordinal);
        var answers = new Dictionary<(string Key, string Condition), int>();
        foreach (var row in rows)
        {
            var (key, conditions) = (Key(row), row.Conditions!);
            var groups = alike.GetValueOrDefault(key) ?? (alike[key] = []);
            var place = conditions.Max(condition => answers.GetValueOrDefault((key, condition)));
            if (place == groups.Count)
            {
                groups.Add([]);
                together.Add(groups[^1]);
            }

            groups[place].Add(row);
            foreach (var condition in conditions)
            {
                answers[(key, condition)] = place + 1;
            }
        }

        return [.. together.Select(Joined)];
    }

    /// <summary>What rows have in common that belong together.</summary>
    private static string Key(ExampleText row) =>
        string.Join('\0', [string.Join('|', row.Media.Select(m => m.Key)), row.Sample.System ?? "", .. row.Sample.Turns.Select(turn => turn.MarkedText)]);

    private static ExampleText Joined(List<ExampleText> group) => group.Count == 1 ? group[0] : group[0] with
    {
        Id = string.Join(" + ", group.Select(row => row.Id).Distinct()),
        Answers = [.. group.SelectMany(row => row.Answers)],
    };
}
