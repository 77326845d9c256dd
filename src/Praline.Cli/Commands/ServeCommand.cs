using Praline.Media;
using System.CommandLine;
using System.Net;
using Praline.Server;

namespace Praline.Cli.Commands;

/// <summary><c>praline serve</c>: a model and its adapters behind the OpenAI API.</summary>
internal sealed class ServeCommand
{
    private readonly ServedModel _model = new();
    private readonly Option<string?> _name = new("--served-model-name") { Description = "Name that requests call the model by. Default: its folder's." };
    private readonly Option<string> _host = new("--host") { Description = "Address to listen on. Any but a loopback address needs --api-key.", DefaultValueFactory = _ => "127.0.0.1" };
    private readonly Option<int> _port = new("--port") { Description = "Port; 0 takes a free one.", DefaultValueFactory = _ => 8000 };
    private readonly Option<string?> _key = new("--api-key") { Description = "Key of 16 characters or more that clients must send. Default: the environment variable PRALINE_API_KEY, if set." };
    private readonly Option<string?> _root = new("--media-root") { Description = "Folder below which requests may name images and videos. Default: none may be named." };
    private readonly Option<bool> _remote = new("--allow-remote-media") { Description = "Fetch media that requests name by http(s). Addresses of private networks are refused always." };
    private readonly Option<int> _batch = new("--max-batch") { Description = "Answers that decode together at most.", DefaultValueFactory = _ => 64 };
    private readonly Option<int> _requests = new("--max-requests") { Description = "Requests under way or waiting at most; one more gets status 429.", DefaultValueFactory = _ => 256 };
    private readonly Option<double> _body = new("--max-body") { Description = "Size of a request's body at most, in MiB.", DefaultValueFactory = _ => 64 };
    private readonly Option<int?> _tokens = new("--max-tokens") { Description = "New tokens of one answer at most. Default: what the model has room for." };
    private readonly Option<int> _choices = new("--max-n") { Description = "Answers to one request at most.", DefaultValueFactory = _ => 64 };
    private readonly Option<int> _media = new("--max-media") { Description = "Images and videos of one request at most.", DefaultValueFactory = _ => 64 };
    private readonly Option<int> _frames = new("--max-frames") { Description = "Frames of one video at most.", DefaultValueFactory = _ => 64 };
    private readonly Option<int> _minFrm = new("--min-frm") { Description = "Fewest frames of a video where the request does not say.", DefaultValueFactory = _ => 8 };
    private readonly Option<int> _maxFrm = new("--max-frm") { Description = "Most frames of a video where the request does not say.", DefaultValueFactory = _ => 16 };
    private readonly Option<double> _fpsFrm = new("--fps-frm") { Description = "Frames per second of video where the request does not say.", DefaultValueFactory = _ => 0.5 };
    private readonly Option<double> _prefix = new("--prefix-cache") { Description = "Memory for prompts computed before, in MiB; 0 keeps none.", DefaultValueFactory = _ => 512 };
    private readonly Option<double> _grace = new("--grace") { Description = "Seconds that answers may take to end when the server is stopped.", DefaultValueFactory = _ => 10 };

    private readonly Option<bool> _apart = new("--one-request-at-a-time")
    {
        Description = "Don't batch requests: exact answers where numbers depend on the batch (half precision, GPUs), at a fraction of the speed.",
    };

    public static Command Create() => new ServeCommand().Build();

    private Command Build()
    {
        var command = new Command("serve", "Serve a model and its adapters with the OpenAI API.")
        {
            _name, _host, _port, _key, _root, _remote, _batch, _requests, _body, _tokens, _choices, _media, _frames, _minFrm, _maxFrm, _fpsFrm, _prefix, _grace, _apart,
        };
        _model.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var options = OptionsOf(parsed);
        options.Validate();
        using var model = _model;
        await model.LoadAsync(parsed, new ModelServerOptions
        {
            MaxBatch = Math.Max(1, parsed.GetValue(_batch)),
            Together = !parsed.GetValue(_apart),
            PrefixBytes = Bytes(parsed, _prefix),
        });
        await using var app = ApiServer.Build(model.Server, options);
        try
        {
            Interruption.Grace = options.Grace + TimeSpan.FromSeconds(5);
            await app.StartAsync(cancellation);
        }
        catch (IOException error)
        {
            throw new PralineException($"The server can't listen on {options.Address}:{options.Port}: {error.Message} Give another --port.", error);
        }

        Console.WriteLine($"Praline serves {string.Join(", ", [options.ModelName ?? model.Server.Name, .. model.Server.Adapters])} at {ApiServer.AddressOf(app)}v1");
        Ui.Note("Press Ctrl+C to stop.");
        var stopped = new TaskCompletionSource();
        await using (cancellation.Register(() => stopped.TrySetResult()))
        {
            await stopped.Task;
        }

        await app.StopAsync(CancellationToken.None);
        return Host.Success;
    }

    private ServeOptions OptionsOf(ParseResult parsed) => new()
    {
        ModelName = parsed.GetValue(_name),
        Address = IPAddress.TryParse(parsed.GetValue(_host), out var ip) ? ip
            : throw new PralineException($"--host takes an IP address such as 127.0.0.1 or 0.0.0.0, found {parsed.GetValue(_host)}."),
        Port = parsed.GetValue(_port),
        ApiKey = parsed.GetValue(_key) ?? (Environment.GetEnvironmentVariable("PRALINE_API_KEY") is { Length: > 0 } key ? key : null),
        MediaRoot = parsed.GetValue(_root),
        AllowRemoteMedia = parsed.GetValue(_remote),
        MaxRequests = parsed.GetValue(_requests),
        MaxBodyBytes = Bytes(parsed, _body),
        MaxHeldBytes = Math.Max(512L << 20, Bytes(parsed, _body)),
        MaxTokens = parsed.GetValue(_tokens),
        MaxChoices = parsed.GetValue(_choices),
        MaxMedia = parsed.GetValue(_media),
        MaxFrames = parsed.GetValue(_frames),
        Sampling = new FrameSampling { MinFrames = parsed.GetValue(_minFrm), MaxFrames = parsed.GetValue(_maxFrm), FramesPerSecond = parsed.GetValue(_fpsFrm) },
        Grace = TimeSpan.FromSeconds(parsed.GetValue(_grace)),
    };

    private static long Bytes(ParseResult parsed, Option<double> option) => parsed.GetValue(option) is >= 0 and < 1 << 24 and var size ? (long)(size * (1 << 20))
        : throw new PralineException($"{option.Name} should be a size in MiB, found {parsed.GetValue(option)}.");
}
