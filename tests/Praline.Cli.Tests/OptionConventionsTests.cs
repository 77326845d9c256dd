using System.CommandLine;

namespace Praline.Cli.Tests;

/// <summary>One thing has the same names in every command; what the papers' scripts accept is known here; a model is always named.</summary>
public sealed class OptionConventionsTests
{
    private static IReadOnlyList<Command> Commands => [.. All(CommandTree.Create())];

    /// <summary>Two names that mean one thing in one command never mean two in another, nor does one of them lack there.</summary>
    [Fact]
    public void Names_of_one_thing_are_the_same_everywhere()
    {
        string[][] groups =
        [
            ["--model", "--pretrained-pth"], ["--adapter", "--adapter-path"], ["--dtype", "--torch-dtype"], ["--out", "--output-file", "--output-dir", "--model-dir"], ["--max-batch", "--batch-size"],
        ];
        foreach (var command in Commands)
        {
            foreach (var group in groups)
            {
                var having = command.Options.Where(option => !option.Hidden && Names(option).Intersect(group).Any()).ToList();
                Assert.True(having.Count <= 1, $"{command.Name}: {string.Join(", ", group)} are several options");
                Assert.All(having, option => Assert.True(
                    group.All(Names(option).Contains) || (group[0] == "--max-batch" && command.Name is "train" or "profile") // rows of a step there
                    , $"{command.Name} lacks one of {string.Join(", ", group)}"));
            }

            var all = command.Options.SelectMany(Names).ToList();
            Assert.Equal(all.Count, all.Distinct().Count());
        }
    }

    /// <summary>The options of SynPO's scripts (their argparse names), as they are and with hyphens.</summary>
    [Theory]
    [InlineData("clips", "dir_path output_dir")]
    [InlineData("caption-clips", "dir_path pretrained_pth image_processor_path dataset_path output_file token_kept_ratio batch_size")]
    [InlineData("candidates", "dir_path pretrained_pth image_processor_path output_file token_kept_ratio generate_nums max_frm min_frm fps_frm sampled_frm batch_size")]
    [InlineData("rank", "short_generation_file long_generation_file output_file")]
    [InlineData("caption", "dir_path output_file pretrained_pth image_processor_path dataset_dir token_kept_ratio max_frm min_frm fps_frm sampled_frm batch_size")]
    [InlineData("train", "pretrained_pth image_processor_path dataset_path dir_path log_file model_dir token_kept_ratio max_frm min_frm fps_frm sampled_frm batch_size num_epochs lr accumulation_steps warmup_ratio alpha beta")]
    [InlineData("profile", "pretrained_pth image_processor_path dataset_path dir_path log_file model_dir token_kept_ratio max_frm min_frm fps_frm sampled_frm batch_size num_epochs lr accumulation_steps warmup_ratio")]
    public void Every_option_of_the_papers_scripts_is_known(string name, string options)
    {
        var command = Commands.Single(c => c.Name == name);
        var known = command.Options.SelectMany(Names).ToHashSet();
        Assert.All(options.Split(' '), option => Assert.Contains(OptionConventions.Hyphenated([$"--{option}"])[0], known));
    }

    [Theory]
    [InlineData("leave it out", "train", "synpo", "--image_processor_path", "clip")]
    [InlineData("metrics.jsonl", "train", "synpo", "--log-file", "log.json")]
    [InlineData("under the names that the stages before write", "rank", "--long_generation_file", "x.jsonl")]
    [InlineData("Name the model: --model FOLDER", "caption", "video.mp4")]
    [InlineData("Name the model: --model FOLDER", "train", "synpo", "--data", "x.jsonl", "--out", "/tmp/praline-nowhere")]
    public void What_has_no_meaning_or_is_missing_is_said(string expected, params string[] arguments)
    {
        var (code, _, error) = PralineProcess.Run(arguments);
        Assert.Equal(1, code);
        Assert.Contains(expected, error);
        Assert.DoesNotContain("   at ", error);
    }

    [Fact]
    public void Help_shows_the_defaults_of_the_method_asked_about()
    {
        string Help(params string[] arguments) => PralineProcess.Run([.. arguments, "--help"]).Output.ReplaceLineEndings(" ");
        var (dpo, synpo, all) = (Help("train", "dpo"), Help("profile", "synpo"), Help("train"));
        Assert.Matches(@"--beta <VALUE>\s+Setting of dpo \(docs/methods.md\). \[default: 0.1\]", dpo);
        Assert.Matches(@"--beta <VALUE>\s+Setting of synpo \(docs/methods.md\). \[default: 0.2\]", synpo);
        Assert.DoesNotContain("--simpo-gamma", dpo);
        Assert.Contains("--simpo-gamma", all);
        Assert.Contains("dpo [default: 0.1]", all);
        Assert.Contains("synpo [default: 0.2]", all);
    }

    private static IEnumerable<string> Names(Option option) => [option.Name, .. option.Aliases];

    private static IEnumerable<Command> All(Command command) => command.Subcommands.SelectMany(All).Prepend(command);
}
