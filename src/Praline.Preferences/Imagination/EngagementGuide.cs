using System.Text.RegularExpressions;

namespace Praline.Preferences;

/// <summary>
/// A type of question that calls for engagement: what it is, by which criteria answers to it are preferred or rejected, and examples. A plain text
/// file: <c>name:</c> and <c>tier:</c>, then the sections <c>[description]</c>, <c>[preferred]</c>, <c>[rejected]</c> and <c>[examples]</c> (one a line;
/// what stands in parentheses at the end of one explains it and is not part of the question).
/// </summary>
/// <param name="Name">The type's name, as <c>question_type</c> spells it.</param>
/// <param name="Tier">Its tier: invalid, ambiguous or personalizable in the paper; any word.</param>
/// <param name="Description">What is characteristic of such questions.</param>
/// <param name="Preferred">The criteria for preferred responses.</param>
/// <param name="Rejected">The criteria for rejected responses.</param>
/// <param name="Examples">Questions of this type about other images.</param>
public sealed partial record EngagementGuide(
    string Name, string Tier, string Description, string Preferred, string Rejected, IReadOnlyList<string> Examples)
{
    private static readonly string[] Sections = ["description", "preferred", "rejected", "examples"];

    /// <summary>The criteria of a side.</summary>
    public string Criteria(ImaginedSide side) => side == ImaginedSide.Preferred ? Preferred : Rejected;

    /// <summary>Reads a guide.</summary>
    /// <param name="file">The file's name, for messages.</param>
    /// <param name="text">Its content.</param>
    /// <exception cref="PralineException">A part is missing, empty or unknown: file and line are named.</exception>
    public static EngagementGuide Parse(string file, string text)
    {
        var parts = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        List<string>? section = null;
        foreach (var (index, raw) in text.ReplaceLineEndings("\n").Split('\n').Index())
        {
            var line = raw.Trim();
            if (Header().Match(line) is { Success: true } header)
            {
                section = Add(header.Groups[1].Value, Sections);
            }
            else if (section is not null)
            {
                section.Add(line);
            }
            else if (line.Length > 0)
            {
                var colon = line.IndexOf(':');
                Add(colon < 0 ? line : line[..colon].TrimEnd(), ["name", "tier"]).Add(colon < 0 ? "" : line[(colon + 1)..].Trim());
            }

            List<string> Add(string name, string[] known)
            {
                if (!known.Contains(name) || parts.ContainsKey(name))
                {
                    throw new PralineException(
                        $"{file}, line {index + 1}: found '{line}', expected one of {string.Join(", ", known.Select(k => section is null && k is "name" or "tier" ? k + ":" : $"[{k}]"))}, each once.");
                }

                return parts[name] = [];
            }
        }

        string Part(string name) => parts.TryGetValue(name, out var lines) && string.Join(' ', lines.Where(l => l.Length > 0)) is { Length: > 0 } found
            ? found
            : throw new PralineException($"{file}: {(Sections.Contains(name) ? $"the section [{name}]" : $"'{name}:'")} is missing or empty. docs/macaroon.md shows a guide.");
        return new(Part("name"), Part("tier"), Part("description"), Part("preferred"), Part("rejected"), ExamplesOf(parts.GetValueOrDefault("examples") ?? []));
    }

    private static string[] ExamplesOf(IEnumerable<string> lines) =>
        [.. lines.Where(l => l.Length > 0).Select(l => Explanation().Replace(l, ""))];

    [GeneratedRegex(@"^\[([a-z]+)\]$")]
    private static partial Regex Header();

    [GeneratedRegex(@"\s*\([^()]*\)\s*$")]
    private static partial Regex Explanation();
}
