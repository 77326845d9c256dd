using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Praline.Text.Tokenizers;

namespace Praline.Cli.Commands;

/// <summary><c>praline tokenizer</c>: trains a byte-level BPE on the questions and answers of data files.</summary>
internal static class TokenizerCommand
{
    public static Command Create()
    {
        var data = new Option<string[]>("--data") { Description = "JSON Lines files with question and answer.", Required = true, AllowMultipleArgumentsPerToken = true };
        var size = new Option<int>("--vocabulary-size") { Description = "Most tokens.", DefaultValueFactory = _ => 1024 };
        var output = new Option<string>("--out") { Description = "Folder for tokenizer.json and tokenizer_config.json.", Required = true };
        var command = new Command("tokenizer", "Train a byte-level BPE tokenizer on the questions and answers of data files.") { data, size, output };
        command.SetAction(parsed =>
        {
            // Prompts as AuroraCap frames them: their words must be in the vocabulary too.
            var texts = parsed.GetValue(data)!.SelectMany(Rows).SelectMany(row => new[] { $"USER: <image>\n{row.Question}\n ASSISTANT:", row.Answer });
            var trained = BpeTrainer.Train(texts, parsed.GetValue(size));
            trained.Save(parsed.GetValue(output)!);
            SizeModel(Path.Combine(parsed.GetValue(output)!, "config.json"), trained.VocabularySize);
            Ui.Note($"{trained.VocabularySize} tokens: {parsed.GetValue(output)}");
            return Host.Success;
        });
        return command;
    }

    /// <summary>A model that is to be trained from nothing has as many embeddings as the tokenizer beside it has tokens.</summary>
    private static void SizeModel(string config, int tokens)
    {
        if (File.Exists(config) && JsonNode.Parse(File.ReadAllText(config)) is JsonObject model && model.ContainsKey("vocab_size"))
        {
            model["vocab_size"] = tokens;
            AtomicFile.WriteText(config, model.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
        }
    }

    private static IEnumerable<(string Question, string Answer)> Rows(string path)
    {
        if (!File.Exists(path))
        {
            throw new PralineException($"There is no file {path}.");
        }

        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            (string, string) row;
            try
            {
                using var json = JsonDocument.Parse(line);
                row = (json.RootElement.GetProperty("question").GetString()!, json.RootElement.GetProperty("answer").GetString()!);
            }
            catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                throw new PralineException($"{path}:{number}: expected an object with the texts question and answer ({error.Message}).");
            }

            yield return row;
        }
    }
}
