using System.Globalization;

namespace Praline.Preferences.Tests;

/// <summary>The tests' entry point. With <c>build VIDEOS OUTPUT DELAY_MS [API_URL]</c> it is what kill tests start as a process of its own: it builds preference data, slowly, and ends with 0.</summary>
internal static class Worker
{
    public static async Task<int> Main(string[] args)
    {
        if (args is not ["build", var videos, var output, var delay, ..])
        {
            return await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
        }

        try
        {
            var model = new FactModel(TimeSpan.FromMilliseconds(int.Parse(delay, CultureInfo.InvariantCulture)));
            using var judge = args.Length > 4 ? new EndpointJudge(args[4], output) : null;
            var summaries = await Builders.Facts(model, judge?.Judge).RunAsync(
                videos, VideoFolder.Scan(videos), output, new StageRunOptions { MaxConcurrency = 3 });
            Console.WriteLine($"done {summaries.Count}");
            return 0;
        }
        catch (PralineException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }
}
