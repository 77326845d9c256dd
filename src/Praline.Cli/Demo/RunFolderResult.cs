using System.Text.Json;

namespace Praline.Cli.Demo;

/// <summary>Where a finished run put what it trained: <c>result</c> of its <c>summary.json</c>.</summary>
internal sealed class RunFolderResult
{
    public RunFolderResult(string runFolder)
    {
        using var summary = JsonDocument.Parse(File.ReadAllText(System.IO.Path.Combine(runFolder, "summary.json")));
        Path = System.IO.Path.Combine(runFolder, summary.RootElement.GetProperty("result").GetString()!);
    }

    public string Path { get; }
}
