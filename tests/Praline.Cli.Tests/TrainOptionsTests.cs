using Praline.Testing;
using Praline.Training.Configuration;

namespace Praline.Cli.Tests;

/// <summary>The command line of trainings: every setting has its option, and the recipes' own commands are understood.</summary>
public class TrainOptionsTests
{
    private static readonly string[] GivenByTheCommand = ["method", "objective", "profile", "lora_base_model_name_or_path"];

    public static TheoryData<string> Recipes =>
        [.. Directory.GetFiles(Path.Combine(Golden.RepositoryRoot, "recipes"), "*.yml").Order(StringComparer.Ordinal)];

    [Theory]
    [InlineData("train")]
    [InlineData("profile")]
    public void Every_setting_is_an_option(string command)
    {
        var help = PralineProcess.Run(command, "--help").Output;
        foreach (var name in OptionsBinder.Names.Except(GivenByTheCommand).Concat(OptionsBinder.OfObjectives.Keys))
        {
            Assert.Matches($"--{name.Replace('_', '-')}[, \n]", help);
        }
    }

    /// <summary>With a data set that is not there, the first thing to fail is the data: everything before it was understood.</summary>
    [Theory]
    [MemberData(nameof(Recipes))]
    public void The_command_of_a_recipe_is_understood(string path)
    {
        var head = File.ReadLines(path).TakeWhile(line => line.StartsWith('#')).Select(line => line.TrimStart('#').Trim()).ToList();
        var start = head.FindIndex(line => line.StartsWith("praline ", StringComparison.Ordinal));
        var words = string.Join(' ', head.Skip(start).Take(2)).Replace("\\", "").Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..];
        var folder = Directory.CreateTempSubdirectory("praline-recipe-").FullName;
        try
        {
            Replace(words, "--config", _ => path);
            Replace(words, "--pretrained-pth", name => Path.Combine(folder, name));
            Replace(words, "--model-dir", name => Path.Combine(folder, name));
            var (exitCode, _, error) = PralineProcess.Run(words);
            Assert.Equal(1, exitCode);
            Assert.Matches("praline: .*(config.json|checkpoints|base|CUDA|cuda)", error);
            Assert.DoesNotContain("setting", error);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>With a data set that is not there, the first thing to fail is the data: the lists before it were understood.</summary>
    [Theory]
    [InlineData("dpo", "--loss-type", "sigmoid", "bco_pair", "sft", "--loss-weights", "0.8", "0.2", "1")]
    [InlineData("cpo", "--loss-type", "simpo")]
    [InlineData("synpo", "--lora-layers-to-transform", "0", "3", "--lora-exclude-modules", "up_proj", "down_proj")]
    [InlineData("synpo", "--lora-rank-pattern", "q_proj=2", "v_proj=4", "--train", "lora", "projector")]
    public void Lists_take_several_words(string method, params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("praline-lists-").FullName;
        try
        {
            var (exitCode, _, error) = PralineProcess.Run(["train", "--model", "small-captioner", method, "--data", Path.Combine(folder, "none.jsonl"), "--out", Path.Combine(folder, "run"), .. settings]);
            Assert.Equal(1, exitCode);
            Assert.Contains("none.jsonl", error);
            Assert.Contains(settings[1].Split('=')[0], File.ReadAllText(Path.Combine(folder, "run", "config.json")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("There is no training method 'synpoo'; did you mean 'synpo'", "train", "--model", "small-captioner", "synpoo", "--data", "x", "--out", "y")]
    [InlineData("--learning-rate", "train", "--model", "small-captioner", "synpo", "--data", "x", "--out", "y", "--learning-rat", "1")]
    [InlineData("the command line: there is no setting 'gamma'", "train", "--model", "small-captioner", "synpo", "--data", "x", "--out", "y", "--gamma", "1")]
    [InlineData("batch_size in the command line should be a whole number, found 'many'", "train", "--model", "small-captioner", "synpo", "--data", "x", "--out", "y", "--batch-size", "many")]
    [InlineData("Say what to train on", "train", "--model", "small-captioner", "synpo")]
    [InlineData("Say which method", "train", "--model", "small-captioner", "--data", "x", "--out", "y")]
    [InlineData("it with --model", "merge", "MODEL", "--out", "x")]
    public void Mistakes_are_named(string expected, params string[] arguments)
    {
        var model = Path.Combine(Golden.RepositoryRoot, "models", "small-captioner");
        var (exitCode, output, error) = PralineProcess.Run([.. arguments.Select(a => a == "MODEL" ? model : a)]);
        Assert.Equal(1, exitCode);
        Assert.Contains(expected, output + error);
    }

    private static void Replace(string[] words, string option, Func<string, string> by)
    {
        var at = Array.IndexOf(words, option) + 1;
        words[at] = by(words[at]);
    }
}
