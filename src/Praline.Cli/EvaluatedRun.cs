using System.Text.Json;

namespace Praline.Cli;

/// <summary>One model to evaluate, as <c>--run NAME[=FOLDER]</c> names it.</summary>
/// <param name="Label">Its name in the report.</param>
/// <param name="Checkpoint">The checkpoint's folder; null for the command's.</param>
/// <param name="Adapter">The adapter's folder; null for none.</param>
/// <param name="Prefix">What stands before questions: conditionally trained models want the text of their better condition.</param>
internal sealed record EvaluatedRun(string Label, string? Checkpoint, string? Adapter, string Prefix)
{
    /// <summary>
    /// Reads a name and a folder: that of a training run (its result is taken, and if it was conditional its text before questions), of an adapter, or of
    /// a checkpoint. A name alone is the model as it is.
    /// </summary>
    /// <exception cref="PralineException">The folder is none of these.</exception>
    public static EvaluatedRun Parse(string text)
    {
        var equals = text.IndexOf('=');
        if (equals < 0)
        {
            return new(text, null, null, "");
        }

        var (label, folder) = (text[..equals], text[(equals + 1)..]);
        var prefix = "";
        if (File.Exists(Path.Combine(folder, "summary.json")))
        {
            prefix = PrefixOf(folder);
            folder = new Demo.RunFolderResult(folder).Path;
        }

        return File.Exists(Path.Combine(folder, "adapter_config.json")) ? new(label, null, folder, prefix)
            : File.Exists(Path.Combine(folder, "config.json")) ? new(label, folder, null, prefix)
            : throw new PralineException(
                $"--run {text}: expected the folder of a training run (summary.json), of an adapter (adapter_config.json) or of a checkpoint (config.json).");
    }

    private static string PrefixOf(string runFolder)
    {
        using var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(runFolder, "config.json")));
        var settings = config.RootElement;
        return settings.GetProperty("method").GetString() == "crl" && settings.TryGetProperty("condition_texts", out var texts)
            && texts.TryGetProperty("preferred", out var preferred) ? preferred.GetString()! : "";
    }
}
