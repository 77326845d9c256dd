using System.CommandLine;
using System.Diagnostics;
using System.Net;
using Praline.Studio;

namespace Praline.Cli.Commands;

/// <summary><c>praline studio [FOLDER]</c>: opens a browser on the data sets, runs and reports of a folder.</summary>
internal static class StudioCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("folder")
        {
            Description = "Folder whose preference data, runs and reports are shown.",
            DefaultValueFactory = _ => ".",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var videos = new Option<string?>("--videos", "--dir-path") { Description = "Folder of the media that rows name. Default: anywhere below FOLDER." };
        var port = new Option<int>("--port") { Description = "Port; 0 takes a free one.", DefaultValueFactory = _ => 8420 };
        var address = new Option<string>("--host") { Description = "Address to listen on. Any but a loopback address needs --token.", DefaultValueFactory = _ => "127.0.0.1" };
        var token = new Option<string?>("--token") { Description = "Text of 16 characters or more that a browser must bring once." };
        var open = new Option<bool>("--open") { Description = "Open the default browser." };
        var command = new Command("studio", "Look at pairs, judge them and watch runs in a browser.") { folder, videos, port, address, token, open };
        command.SetAction(async (parsed, cancellation) =>
        {
            var app = StudioServer.Build(new StudioOptions
            {
                Root = parsed.GetValue(folder)!,
                MediaFolder = parsed.GetValue(videos),
                Port = parsed.GetValue(port),
                Address = IPAddress.TryParse(parsed.GetValue(address), out var ip) ? ip
                    : throw new PralineException($"--host takes an IP address such as 127.0.0.1 or 0.0.0.0, found {parsed.GetValue(address)}."),
                Token = parsed.GetValue(token),
            });
            await using (app)
            {
                try
                {
                    await app.StartAsync(cancellation);
                }
                catch (IOException error)
                {
                    throw new PralineException($"The studio can't listen on {parsed.GetValue(address)}:{parsed.GetValue(port)}: {error.Message} Give another --port.", error);
                }

                var url = StudioServer.AddressOf(app);
                Console.WriteLine($"Praline Studio: {url}");
                Ui.Note("Press Ctrl+C to stop.");
                if (parsed.GetValue(open))
                {
                    Process.Start(new ProcessStartInfo(url.ToString()) { UseShellExecute = true })?.Dispose();
                }

                var stopped = new TaskCompletionSource();
                await using (cancellation.Register(() => stopped.TrySetResult()))
                {
                    await stopped.Task;
                }

                await app.StopAsync(CancellationToken.None);
            }

            return Host.Success;
        });
        return command;
    }
}
