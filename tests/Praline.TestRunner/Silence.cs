using Xunit.Abstractions;

namespace Praline.TestRunner;

/// <summary>Takes messages that nobody wants to read.</summary>
internal sealed class Silence : IMessageSink
{
    public bool OnMessage(IMessageSinkMessage message) => true;
}
