namespace Praline.Testing;

/// <summary>For tests that count the tensors that are alive.</summary>
public static class LiveTensors
{
    /// <summary>Lets the collector take what other tests left to it, so that it does not do so while somebody counts.</summary>
    public static void Settle()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }
}
