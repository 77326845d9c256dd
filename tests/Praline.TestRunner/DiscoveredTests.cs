using Xunit.Abstractions;

namespace Praline.TestRunner;

/// <summary>Collects an assembly's tests.</summary>
internal sealed class DiscoveredTests : IMessageSink, IDisposable
{
    /// <summary>The tests.</summary>
    internal List<ITestCase> Cases { get; } = [];

    /// <summary>Set when all were found.</summary>
    internal ManualResetEventSlim Finished { get; } = new();

    public bool OnMessage(IMessageSinkMessage message)
    {
        if (message is ITestCaseDiscoveryMessage found)
        {
            Cases.Add(found.TestCase);
        }
        else if (message is IDiscoveryCompleteMessage)
        {
            Finished.Set();
        }

        return true;
    }

    public void Dispose() => Finished.Dispose();
}
