using System.Text.RegularExpressions;
using System.Xml.Linq;
using Praline.Testing;

namespace Praline.Rooms.Tests;

/// <summary>The table of docs/architecture.md holds: what a room references, and what its namespaces are called.</summary>
public sealed partial class RoomsTests
{
    private static readonly string Source = Path.Combine(Golden.RepositoryRoot, "src");

    private static readonly Room[] Table =
    [
        .. TableRow().Matches(File.ReadAllText(Path.Combine(Golden.RepositoryRoot, "docs", "architecture.md")))
            .Select(m => new Room(m.Groups["room"].Value, m.Groups["uses"].Value.Trim(), m.Groups["namespaces"].Value)),
    ];

    /// <summary>The rooms that are there.</summary>
    public static TheoryData<string> Rooms => [.. Directory.GetFiles(Source, "*.csproj", SearchOption.AllDirectories).Select(p => Path.GetFileNameWithoutExtension(p)!)];

    [Fact]
    public void Every_room_is_in_the_table_once()
    {
        Assert.True(Table.Length > 10);
        Assert.Equal(Table.Length, Table.Select(r => r.Name).Distinct().Count());
        Assert.Empty(Rooms.Select(r => r.Data).Except(Table.Select(r => r.Name)));
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_references_what_it_may_alone(string name)
    {
        var room = Table.Single(r => r.Name == name);
        var project = XDocument.Load(Path.Combine(Source, name, name + ".csproj"));
        string[] references = [.. project.Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(((string)r.Attribute("Include")!).Replace('\\', '/')))];
        string[] allowed = room.Uses switch
        {
            "–" => [],
            "all" => [.. Table.Select(r => r.Name)],
            "all but Cli" => [.. Table.Select(r => r.Name).Where(r => r != "Praline.Cli")],
            var uses => [.. uses.Split(", ").Select(u => "Praline." + u)],
        };
        Assert.Empty(allowed.Except(Table.Select(r => r.Name)));
        Assert.Empty(references.Except(allowed));
    }

    /// <summary>What a room may use may in turn use nothing that the room itself may not: no way around.</summary>
    [Fact]
    public void What_a_room_reaches_through_others_is_in_its_row_too()
    {
        foreach (var room in Table.Where(r => !r.Uses.StartsWith("all", StringComparison.Ordinal) && r.Uses != "–"))
        {
            var uses = room.Uses.Split(", ");
            foreach (var used in uses)
            {
                var further = Table.Single(r => r.Name == "Praline." + used).Uses;
                Assert.True(further == "–" || further.Split(", ").All(uses.Contains), $"{room.Name} may use {used}, which may use {further}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Namespaces_are_as_the_table_says(string name)
    {
        var room = Table.Single(r => r.Name == name);
        var root = name == "Praline.Core" ? "Praline" : name;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Source, name), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)))
        {
            if (Namespace().Match(File.ReadAllText(file)) is not { Success: true } found)
            {
                continue; // assembly attributes, a program of statements
            }

            var folder = Path.GetRelativePath(Path.Combine(Source, name), Path.GetDirectoryName(file)!);
            var (actual, path) = (found.Groups[1].Value, folder == "." ? root : $"{root}.{folder.Replace(Path.DirectorySeparatorChar, '.')}");
            Assert.True(
                room.Namespaces == "folder" ? actual == path : actual == root || actual.StartsWith(root + ".", StringComparison.Ordinal),
                $"{file} has the namespace {actual}, not {path}");
        }
    }

    private sealed record Room(string Name, string Uses, string Namespaces);

    [GeneratedRegex(@"^\| `(?<room>Praline\.\w+)` \|[^|]*\| (?<uses>[^|]+) \| (?<namespaces>folder|room) \|$", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
