using System.Globalization;

namespace Praline.Preferences.Tests;

/// <summary>The program that kill tests start as a process of its own: builds preference data, slowly, and ends with 0.</summary>
internal static class Worker
{
    public static async Task<int> Main(string[] args)
    {
        if (args is not ["build", var videos, var output, var delay])
        {
            Console.Error.WriteLine("usage: build VIDEOS OUTPUT DELAY_MS");
            return 2;
        }

        try
        {
            var model = new FactModel(TimeSpan.FromMilliseconds(int.Parse(delay, CultureInfo.InvariantCulture)));
            var summaries = await Builders.Facts(model).RunAsync(
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
