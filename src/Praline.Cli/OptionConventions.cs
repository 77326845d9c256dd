using System.CommandLine;

namespace Praline.Cli;

/// <summary>
/// What holds for the options of all commands: one thing has the same names everywhere, and every name that the papers' scripts have is known, be it to say why it can't
/// mean anything here.
/// </summary>
internal static class OptionConventions
{
    /// <summary>Names of one thing: a command that has one of them has them all.</summary>
    private static readonly string[][] Names =
    [
        ["--model", "--pretrained-pth"],
        ["--adapter", "--adapter-path"],
        ["--dtype", "--torch-dtype"],
        ["--videos", "--dir-path"],
        ["--images", "--dir-path"],
        ["--out", "--output-file", "--output-dir", "--model-dir"],
        ["--max-batch", "--batch-size"],
        ["--candidates", "--generate-nums"],
        ["--lr", "--learning-rate"],
    ];

    /// <summary>Options of the papers' scripts that mean nothing here, by command, and what to do instead.</summary>
    private static readonly (string[] Commands, string Name, string Instead)[] Elsewhere =
    [
        (["caption-clips", "candidates", "caption", "build", "train", "profile"], "--image-processor-path", "the image processor's settings are those in the checkpoint's folder (preprocessor_config.json): leave it out"),
        (["train", "profile"], "--log-file", "a run writes its log to metrics.jsonl in --out, which praline plot reads: leave it out"),
        (["caption-clips"], "--dataset-path", "the clips are read from clips.jsonl in --out, where praline clips wrote them: leave it out"),
        (["rank"], "--short-generation-file", "both files are read from the folder --out, under the names that the stages before write: leave it out"),
        (["rank"], "--long-generation-file", "both files are read from the folder --out, under the names that the stages before write: leave it out"),
        (["caption"], "--batch-size", "how many captions are written together changes no caption, and follows from what runs: leave it out"),
        (["caption"], "--dataset-dir", "name videos, folders or a manifest: praline caption PATH …"),
    ];

    /// <summary>Gives all options below a command their names.</summary>
    public static RootCommand Apply(RootCommand root)
    {
        foreach (var command in All(root))
        {
            foreach (var option in command.Options.ToList())
            {
                string[] own = [option.Name, .. option.Aliases];
                foreach (var name in Names.Where(own.ContainsAny).SelectMany(group => group).Except(TakenIn(command)))
                {
                    option.Aliases.Add(name);
                }
            }

            foreach (var (_, name, instead) in Elsewhere.Where(e => e.Commands.Contains(command.Name) && !TakenIn(command).Contains(e.Name)))
            {
                var option = new Option<string?>(name) { Description = $"(Of the papers' scripts; here {instead}.)", Hidden = true };
                option.Validators.Add(result => result.AddError($"{name} is not used: {instead}."));
                command.Options.Add(option);
            }
        }

        return root;
    }

    /// <summary>The papers' scripts write names with underscores: they are read as if with hyphens.</summary>
    public static string[] Hyphenated(string[] args) =>
        [.. args.Select(arg => arg.StartsWith("--", StringComparison.Ordinal) && arg.Split('=', 2) is [var name, ..] ? name.Replace('_', '-') + arg[name.Length..] : arg)];

    private static bool ContainsAny(this string[] own, string[] group) => own.Any(group.Contains);

    private static HashSet<string> TakenIn(Command command) => [.. command.Options.SelectMany(option => new[] { option.Name }.Concat(option.Aliases))];

    private static IEnumerable<Command> All(Command command) => command.Subcommands.SelectMany(All).Prepend(command);
}
