using System.CommandLine;
using Praline.Data;
using Praline.Models.Checkpoints;

namespace Praline.Cli.Commands;

/// <summary><c>praline check DATA</c>: what is wrong with preference rows, before any training starts.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var command = new Command("check", "Find what is wrong with preference rows: row, field and remedy for every problem.");
        var data = new DataSetOptions(command);
        var length = new Option<int>("--max-length") { Description = "The longest sequence that training takes, in tokens.", DefaultValueFactory = _ => new DataCheckOptions().MaxLength };
        var tokens = new Option<bool>("--tokens") { Description = "Count tokens too, as --model's tokenizer and vision tower give them, and show one row's token ids." };
        var shown = new Option<string?>("--tokens-of") { Description = "Id of the row whose token ids --tokens shows. Default: the first good one." };
        var near = new Option<double>("--near-duplicate") { Description = "Answers whose words are this alike (0 to 1) are worth a warning.", DefaultValueFactory = _ => new DataCheckOptions().NearDuplicate };
        var most = new Option<int>("--max-problems") { Description = "How many problems are printed.", DefaultValueFactory = _ => 100 };
        var (captions, model) = (new CaptionChoices(), new ModelOptions());
        foreach (var option in new Option[]
                 {
                     tokens, shown, length, near, most, captions.MinFrm, captions.MaxFrm, captions.FpsFrm, captions.SampledFrm, model.Model, model.TokenKeptRatio,
                 })
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            using var counter = parsed.GetValue(tokens)
                ? new SampleTokens(
                    model.ModelFolder(parsed), new LoadOptions { TokenKeptRatio = parsed.GetValue(model.TokenKeptRatio) }, captions.VideoSampling(parsed))
                : null;
            var result = DataCheck.Run(data.Open(parsed, findMedia: true), new DataCheckOptions
            {
                MaxLength = parsed.GetValue(length),
                NearDuplicate = parsed.GetValue(near),
                Tokens = counter is null ? null : counter.Count,
            });
            Print(result, parsed.GetValue(most));
            if (counter is not null)
            {
                Show(counter, data.Open(parsed, findMedia: true), parsed.GetValue(shown));
            }

            return result.IsGood ? Host.Success : Host.Failure;
        });
        return command;
    }

    private static void Show(SampleTokens tokens, DataSet data, string? id)
    {
        var sample = data.Read().Select(row => row.Value).FirstOrDefault(s => s is not null && (id is null || s.Id == id))
            ?? throw new PralineException(id is null ? "No row can be read, so there are no tokens to show." : $"No row has the id '{id}' (--tokens-of).");
        Console.WriteLine($"{sample.Id} ({sample.Source}):");
        foreach (var line in tokens.Show(sample))
        {
            Console.WriteLine($"  {line}");
        }
    }

    private static void Print(DataCheckResult result, int most)
    {
        foreach (var problem in result.Problems.Take(most))
        {
            Console.WriteLine(problem);
        }

        if (result.Problems.Count > most)
        {
            Console.WriteLine($"… and {result.Problems.Count - most} more (--max-problems)");
        }

        var errors = result.Problems.Count(p => p.IsError);
        var formats = string.Join(", ", result.Formats.Select(f => $"{f.Value} {f.Key}"));
        Console.WriteLine($"{result.Rows} rows ({formats}), {result.Good} good; {errors} errors, {result.Problems.Count - errors} warnings");
    }
}
