using Xunit.Abstractions;

namespace Praline.TestRunner;

/// <summary>Counts results and prints what failed.</summary>
internal sealed class TestResults(string assembly) : IMessageSink, IDisposable
{
    private readonly Lock _gate = new();

    /// <summary>Tests that failed, and failures outside a test.</summary>
    internal int Failed { get; private set; }

    /// <summary>Tests that passed.</summary>
    internal int Passed { get; private set; }

    /// <summary>Seconds of the whole assembly's run.</summary>
    internal decimal Seconds { get; private set; }

    /// <summary>Set when all have run.</summary>
    internal ManualResetEventSlim Finished { get; } = new();

    public bool OnMessage(IMessageSinkMessage message)
    {
        lock (_gate)
        {
            switch (message)
            {
                case ITestPassed:
                    Passed++;
                    break;
                case ITestFailed failure:
                    Fail(failure.Test.DisplayName, failure);
                    break;
                case IErrorMessage error:
                    Fail("outside a test", error);
                    break;
                case IFailureInformation cleanup and ITestMessage:
                    Fail("after a test", cleanup);
                    break;
                case ITestAssemblyFinished finished:
                    Seconds = finished.ExecutionTime;
                    Finished.Set();
                    break;
            }
        }

        return true;
    }

    public void Dispose() => Finished.Dispose();

    private void Fail(string test, IFailureInformation failure)
    {
        Failed++;
        Console.WriteLine($"[FAIL] {assembly}: {test}\n  {string.Join("\n  ", failure.Messages)}\n{failure.StackTraces.FirstOrDefault()}");
    }
}
