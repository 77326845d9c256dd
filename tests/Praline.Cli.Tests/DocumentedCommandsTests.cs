using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Praline.Testing;

namespace Praline.Cli.Tests;

/// <summary>What the documentation tells a reader to type exists: every command and option of README.md, docs/ and recipes/.</summary>
public sealed partial class DocumentedCommandsTests
{
    private static readonly RootCommand Root = CommandTree.Create();

    public static TheoryData<string> Documents() => [.. Files()];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Commands_are_understood(string document)
    {
        var text = File.ReadAllText(Path.Combine(Golden.RepositoryRoot, document));
        Assert.All(Spans().Matches(text).Select(match => match.Groups[1].Value), RequireKnown);
        Assert.All(InBlocks(text), RequireKnown);
    }

    [Fact]
    public void Every_command_is_documented()
    {
        var texts = string.Concat(Files().Select(document => File.ReadAllText(Path.Combine(Golden.RepositoryRoot, document))));
        Assert.All(Root.Subcommands, command => Assert.Contains($"praline {command.Name}", texts));
    }

    [Fact]
    public void What_does_not_exist_is_found()
    {
        Assert.ThrowsAny<Exception>(() => RequireKnown("train synpo --no-such-option 1"));
        Assert.ThrowsAny<Exception>(() => RequireKnown("no-such-command"));
        Assert.Equal(["train sft --lr 1e-3 --out x"], InBlocks("    S=\"--lr 1e-3\"\n    ./praline train sft $S \\\n        --out x   # why\n"));
    }

    private static IEnumerable<string> Files()
    {
        var root = Golden.RepositoryRoot;
        string[] files = [Path.Combine(root, "README.md"), .. Directory.GetFiles(Path.Combine(root, "docs"), "*.md"), .. Directory.GetFiles(Path.Combine(root, "recipes"), "*.yml")];
        return files.Select(file => Path.GetRelativePath(root, file)).Order(StringComparer.Ordinal);
    }

    /// <summary>Commands of indented and fenced blocks: continued lines joined, the shell's variables of the document put in, comments cut off.</summary>
    private static List<string> InBlocks(string text)
    {
        var lines = text.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n');
        var (fenced, commands, variables) = (false, new List<string>(), new Dictionary<string, string>());
        foreach (var line in lines)
        {
            fenced ^= line.StartsWith("```", StringComparison.Ordinal);
            if (!fenced && !line.StartsWith("    ", StringComparison.Ordinal))
            {
                continue;
            }

            foreach (Match set in Assignments().Matches(line))
            {
                variables[set.Groups[1].Value] = set.Groups[2].Value;
            }

            foreach (Match match in Lines().Matches(line))
            {
                var command = Variables().Replace(match.Groups[1].Value, name => variables.GetValueOrDefault(name.Groups[1].Value, "VALUE"));
                commands.Add(Blanks().Replace(command, " ").Trim());
            }
        }

        return commands;
    }

    /// <summary>Prose may leave out what a command needs, and says "…" for it; what it names has to be there.</summary>
    private static void RequireKnown(string command)
    {
        var words = CommandLineParser.SplitCommandLine(command.Replace("[", "").Replace("]", "")).Where(word => word.Trim('…', '.') != "").ToArray();
        var parsed = Root.Parse(words);
        var errors = parsed.Errors.Select(error => error.Message).Where(message => !message.Contains("required", StringComparison.OrdinalIgnoreCase));
        Assert.True(!errors.Any() && parsed.UnmatchedTokens.Count == 0, $"praline {command}: {string.Join(" ", errors)}");
    }

    [GeneratedRegex(@"`(?:\./)?praline ([a-z][^`]*)`")]
    private static partial Regex Spans();

    [GeneratedRegex(@"(?:^ *|[ =(""])(?:\./|praline/)?praline ([a-z](?:[^#|&;>""\n$]|\$(?!\())*)")]
    private static partial Regex Lines();

    [GeneratedRegex(@"(?:^| )([A-Z]\w*)=""([^""]*)""")]
    private static partial Regex Assignments();

    [GeneratedRegex(@"\$\{?(\w+)\}?")]
    private static partial Regex Variables();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
