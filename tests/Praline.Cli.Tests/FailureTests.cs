using System.CommandLine;
using System.Reflection;
using System.Runtime.CompilerServices;
using Praline.Testing;

namespace Praline.Cli.Tests;

/// <summary>No failure, of whatever kind and thrown wherever, reaches the user as a stack trace.</summary>
public sealed class FailureTests
{
    /// <summary>Every exception type of .NET's core, of Praline and of the packages it uses that a command can meet.</summary>
    public static TheoryData<string> Kinds()
    {
        Assembly[] assemblies =
        [
            typeof(object).Assembly, typeof(Uri).Assembly, typeof(System.Text.Json.JsonException).Assembly, typeof(System.Net.Sockets.SocketException).Assembly,
            typeof(HttpRequestException).Assembly, typeof(Microsoft.Data.Sqlite.SqliteException).Assembly, typeof(YamlDotNet.Core.YamlException).Assembly,
            typeof(PralineException).Assembly, typeof(Praline.Media.MediaException).Assembly, typeof(Praline.Torch.TorchException).Assembly,
            typeof(Praline.Data.DataException).Assembly, typeof(Praline.Preferences.StopStageException).Assembly,
            typeof(Praline.Text.ChatTemplates.ChatTemplateException).Assembly, typeof(Praline.Inference.InvalidRequestException).Assembly,
        ];
        return
        [
            .. assemblies.Distinct().SelectMany(a => a.GetExportedTypes())
                .Where(t => typeof(Exception).IsAssignableFrom(t) && !t.IsAbstract && !t.ContainsGenericParameters)
                .Select(t => t.AssemblyQualifiedName!).Order(StringComparer.Ordinal),
        ];
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_kind_of_exception_becomes_a_message(string kind)
    {
        foreach (var wrap in (Func<Exception, Exception>[])[e => e, e => new AggregateException(new OperationCanceledException(), e), e => new TargetInvocationException(e)])
        {
            var (exitCode, message) = await RunAsync(_ => throw wrap(Make(Type.GetType(kind)!)));
            Assert.Equal(Host.Failure, exitCode);
            Assert.StartsWith("praline: ", message);
            Assert.DoesNotContain("   at ", message);
            Assert.True(message.Trim().Length > "praline: ".Length + 10, message);
        }
    }

    [Fact]
    public async Task Failures_of_workers_become_messages()
    {
        Action<CancellationToken>[] ways =
        [
            _ => Parallel.For(0, 4, _ => throw new OutOfMemoryException()),
            _ => Task.WaitAll(Task.Run(() => throw new OutOfMemoryException()), Task.Run(() => throw new OperationCanceledException())),
            _ => Enumerable.Range(0, 9).AsParallel().Select(i => i > 3 ? throw new InsufficientMemoryException() : i).ToList(),
            _ => new Lazy<int>(() => throw new OutOfMemoryException()).Value.ToString(),
            _ => RuntimeHelpers.RunClassConstructor(typeof(Broken).TypeHandle),
        ];
        foreach (var way in ways)
        {
            var (exitCode, message) = await RunAsync(way);
            Assert.Equal(Host.Failure, exitCode);
            Assert.StartsWith("praline: Out of memory", message);
        }
    }

    [Fact]
    public async Task What_others_have_written_does_not_command_the_terminal()
    {
        var (_, message) = await RunAsync(_ => throw new PralineException("the endpoint said \u001b[2J\u001b]0;mine\u0007\u009b31m"));
        Assert.DoesNotContain('\u001b', message);
        Assert.DoesNotContain('\u009b', message);
        Assert.Contains("\\u001b[2J", message);
    }

    [Fact]
    public void A_failure_on_a_thread_of_its_own_is_a_message_too()
    {
        var (exitCode, output, error) = PralineProcess.Run(
            new Dictionary<string, string> { ["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location, [StartupHook.Variable] = "1" }, ["doctor"]);
        Assert.Equal(Host.Failure, exitCode);
        Assert.Contains("praline: Internal error, InvalidTimeZoneException: thrown by a thread", error);
        Assert.DoesNotContain("   at ", error + output);
    }

    [Theory]
    [InlineData("doctor")]
    [InlineData("train", "synpo", "--model", "small-captioner", "--data", "/etc/hostname", "--out", "/tmp/praline-few-files")]
    [InlineData("caption", "--model", "small-captioner", "/etc/hostname")]
    public void Few_open_files_or_little_memory_give_a_message(params string[] arguments)
    {
        foreach (var limit in (string[])["-n 40", "-n 64", "-n 130"])
        {
            var (exitCode, output, error) = PralineProcess.ReadToEnd(System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(
                "bash", ["-c", $"ulimit {limit}; exec timeout 60 dotnet \"$@\"", "bash", PralineProcess.Program, .. arguments])
            { RedirectStandardOutput = true, RedirectStandardError = true })!);
            Assert.True(exitCode is 0 or 1, $"{limit}: {exitCode} {error}");
            Assert.DoesNotContain("   at ", error + output);
        }
    }

    private static async Task<(int ExitCode, string Message)> RunAsync(Action<CancellationToken> work)
    {
        var command = new Command("fail");
        command.SetAction((_, cancellation) =>
        {
            work(cancellation);
            return Task.FromResult(0);
        });
        var (before, captured) = (Console.Error, new StringWriter());
        Console.SetError(captured);
        try
        {
            return (await Host.RunAsync(() => new RootCommand { command }, ["fail"]), captured.ToString());
        }
        finally
        {
            Console.SetError(before);
        }
    }

    private static Exception Make(Type type)
    {
        var constructors = type.GetConstructors().Where(c => c.GetParameters().All(p => p.ParameterType == typeof(string) || p.HasDefaultValue));
        return constructors.OrderBy(c => c.GetParameters().Length).LastOrDefault() is { } constructor
            ? (Exception)constructor.Invoke([.. constructor.GetParameters().Select(p => p.HasDefaultValue ? p.DefaultValue : "what went wrong here")])
            : (Exception)RuntimeHelpers.GetUninitializedObject(type);
    }

    private static class Broken
    {
        static Broken() => throw new OutOfMemoryException();
    }
}
