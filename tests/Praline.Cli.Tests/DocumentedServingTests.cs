using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Praline.Testing;

namespace Praline.Cli.Tests;

/// <summary>What docs/inference.md and docs/serving.md tell a reader to type is typed, in order, by a shell, in an empty folder.</summary>
public sealed class DocumentedServingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<Process> _servers = [];

    public DocumentedServingTests()
    {
        var program = _folder["bin", "praline"];
        Directory.CreateDirectory(Path.GetDirectoryName(program)!);
        File.WriteAllText(program, $"#!/bin/sh\nexec dotnet '{PralineProcess.Program}' \"$@\"\n");
        Process.Start("chmod", ["+x", program]).WaitForExit();
        Directory.CreateDirectory(_folder["work"]);
    }

    public void Dispose()
    {
        foreach (var server in _servers)
        {
            server.Kill(entireProcessTree: true);
            server.WaitForExit();
            server.Dispose();
        }

        _folder.Dispose();
    }

    [Fact]
    public void Inference_as_documented()
    {
        var lines = Lines("inference.md");
        Assert.True(lines.Count >= 7);
        Assert.All(lines, line => Shell(line));
        Assert.Equal(10, File.ReadLines(_folder["work", "out", "captions.jsonl"]).Count(line => line.Contains("\"pred\"", StringComparison.Ordinal)));
        Assert.NotEmpty(File.ReadAllText(_folder["work", "out", "answer.txt"]).Trim());
    }

    /// <summary>Each <c>praline serve</c> replaces the one before; what follows it asks it.</summary>
    [Fact]
    public async Task Serving_as_documented()
    {
        var (port, asked) = (0, 0);
        foreach (var line in Lines("serving.md"))
        {
            if (line.StartsWith("praline serve", StringComparison.Ordinal))
            {
                port = FreePort();
                await ServeAsync($"{line} --port {port}");
                continue;
            }

            var answer = Shell(line.Replace(":8000", $":{port}", StringComparison.Ordinal));
            if (line.StartsWith("curl", StringComparison.Ordinal))
            {
                asked++;
                Assert.DoesNotContain("\"error\":{", answer);
                Assert.Contains("\"object\":", answer);
            }
        }

        Assert.Equal((3, 2), (asked, _servers.Count));
    }

    /// <summary>The commands of a document's indented blocks, each with the lines that it goes on over.</summary>
    private static List<string> Lines(string document)
    {
        var commands = new List<string>();
        var fenced = false; // programs, not commands
        foreach (var line in File.ReadLines(Path.Combine(Golden.RepositoryRoot, "docs", document)).Where(line => !(fenced ^= line.StartsWith("```", StringComparison.Ordinal))).Where(line => line.StartsWith("    ", StringComparison.Ordinal)).Select(line => line[4..]))
        {
            if (commands.Count > 0 && commands[^1].Count(c => c == '\'') % 2 == 1)
            {
                commands[^1] += "\n" + line;
            }
            else
            {
                commands.Add(line);
            }
        }

        return commands;
    }

    private async Task ServeAsync(string command)
    {
        var server = Start(command);
        _servers.Add(server);
        while (await server.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)) is { } line)
        {
            if (line.StartsWith("Praline serves", StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"{command}: {await server.StandardError.ReadToEndAsync()}");
    }

    private string Shell(string command)
    {
        using var process = Start(command);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{command}: {error.Result}{output}");
        return output;
    }

    private Process Start(string command)
    {
        var start = new ProcessStartInfo("bash", ["-c", $"{(command.StartsWith("praline serve", StringComparison.Ordinal) ? "exec " : "")}{command} < /dev/null"])
        {
            WorkingDirectory = _folder["work"],
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (command.Contains('|', StringComparison.Ordinal))
        {
            start.ArgumentList[1] = command; // its input comes from the pipe
        }

        start.Environment["PATH"] = $"{_folder["bin"]}:{Environment.GetEnvironmentVariable("PATH")}";
        return Process.Start(start)!;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
