/// <summary>What .NET runs in a <c>praline</c> that a test starts with <c>DOTNET_STARTUP_HOOKS</c>: a thread that fails after a while.</summary>
#pragma warning disable CA1050 // the runtime wants it outside of namespaces
internal static class StartupHook
{
    public const string Variable = "PRALINE_TEST_THROW";

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not null)
        {
            new Thread(() =>
            {
                Thread.Sleep(300);
                throw new InvalidTimeZoneException("thrown by a thread");
            }).Start();
        }
    }
}
