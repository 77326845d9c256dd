using System.CommandLine;

namespace Praline.Cli.Tests;

/// <summary>Numbers of the command line mean what is written, or are refused by name.</summary>
public sealed class NumberOptionsTests
{
    [Fact]
    public void Every_number_of_every_command_has_a_range()
    {
        var numbers = All(CommandTree.Create()).SelectMany(c => c.Options.Where(NumberOptions.IsNumber)).ToList();
        Assert.True(numbers.Count > 60, $"{numbers.Count}");
        Assert.Empty(numbers.Where(o => !NumberOptions.HasRange(o)).Select(o => o.Name).Distinct()); // add what is missing to the table of NumberOptions
    }

    [Fact]
    public void Every_number_of_every_command_refuses_what_is_no_number()
    {
        foreach (var command in All(CommandTree.Create()))
        {
            foreach (var option in command.Options.Where(NumberOptions.IsNumber))
            {
                foreach (var text in (string[])["0,9", "1.000,5", "1 0", "NaN", "Infinity", "1e999", "½", "-", "0x10", "٣", "1_0"])
                {
                    var errors = command.Parse([option.Name, text]).Errors.Select(e => e.Message).ToList();
                    Assert.True(errors.Exists(e => e.StartsWith($"{option.Name}: expected", StringComparison.Ordinal) && e.Contains($"'{text}'")), $"{command.Name} {option.Name} {text}: {string.Join("; ", errors)}");
                }
            }
        }
    }

    [Fact]
    public void Every_default_is_in_its_range()
    {
        foreach (var command in All(CommandTree.Create()))
        {
            foreach (var option in command.Options.Where(o => NumberOptions.IsNumber(o) && o.HasDefaultValue))
            {
                var value = Convert.ToString(option.GetDefaultValue(), System.Globalization.CultureInfo.InvariantCulture)!;
                Assert.DoesNotContain(command.Parse([option.Name, value]).Errors, e => e.Message.StartsWith($"{option.Name}: expected", StringComparison.Ordinal));
            }
        }
    }

    [Theory]
    [InlineData("caption", "--temperature", "0,9", "point")]
    [InlineData("caption", "--temperature", "9", "from 0 to 2")]
    [InlineData("candidates", "--temperature", "0,9", "point")]
    [InlineData("imagine", "--top-p", "1.5", "from 0.001 to 1")]
    [InlineData("train", "--nproc", "0", "from 1")]
    public void A_number_that_is_none_ends_the_command(string command, string option, string value, string said)
    {
        foreach (var locale in (string[])["C.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8"])
        {
            var (exitCode, output, error) = PralineProcess.Run(new Dictionary<string, string> { ["LC_ALL"] = locale, ["LANG"] = locale }, [command, option, value]);
            Assert.NotEqual(0, exitCode);
            Assert.Contains($"{option}: expected", error);
            Assert.Contains(said, error);
            Assert.DoesNotContain("   at ", error + output);
        }
    }

    [Theory]
    [InlineData("--learning-rate", "1e999")]
    [InlineData("--learning-rate", "NaN")]
    [InlineData("--weight-decay", "0,1")]
    [InlineData("--lora-alpha", "Infinity")]
    [InlineData("--num-epochs", "1.5")]
    public void Settings_of_a_training_are_as_strict(string option, string value)
    {
        var (exitCode, _, error) = PralineProcess.Run("train", "dpo", "--data", "/etc/hostname", "--out", Path.Combine(Path.GetTempPath(), $"praline-numbers-{Environment.ProcessId}"), option, value);
        Assert.Equal(1, exitCode);
        Assert.Contains($"'{value}'", error);
        Assert.Contains(option[2..].Replace('-', '_'), error);
    }

    private static IEnumerable<Command> All(Command command) => command.Subcommands.SelectMany(All).Prepend(command);
}
