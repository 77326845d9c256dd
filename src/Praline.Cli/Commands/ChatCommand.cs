using System.CommandLine;
using System.Runtime.InteropServices;
using Praline.Cli.Chat;
using Praline.Models.Generation;

namespace Praline.Cli.Commands;

/// <summary><c>praline chat</c>: a conversation with a model in the terminal.</summary>
internal sealed class ChatCommand
{
    private readonly ServedModel _model = new();
    private readonly Option<string?> _system = new("--system") { Description = "Instructions that the conversation begins with." };
    private readonly Option<double> _temperature = new("--temperature") { Description = "Sampling temperature; 0 takes the likeliest token.", DefaultValueFactory = _ => 0.7 };
    private readonly Option<double> _topP = new("--top-p") { Description = "Top-p.", DefaultValueFactory = _ => 0.95 };
    private readonly Option<int> _topK = new("--top-k") { Description = "Top-k; 0 for all tokens." };
    private readonly Option<int> _tokens = new("--max-new-tokens") { Description = "Longest answer, in tokens.", DefaultValueFactory = _ => 1024 };
    private readonly Option<ulong?> _seed = new("--seed") { Description = "Random seed of every answer. Default: each answer is another." };

    public static Command Create() => new ChatCommand().Build();

    private Command Build()
    {
        var command = new Command("chat", "Talk with a model about images and videos in the terminal.") { _system, _temperature, _topP, _topK, _tokens, _seed };
        _model.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var temperature = parsed.GetValue(_temperature);
        var options = new GenerationOptions
        {
            DoSample = temperature != 0,
            Temperature = temperature == 0 ? 1 : temperature,
            TopP = parsed.GetValue(_topP),
            TopK = parsed.GetValue(_topK),
            MaxNewTokens = parsed.GetValue(_tokens),
        }.Validate();
        using var model = _model;
        await model.LoadAsync(parsed, new ModelServerOptions());
        var session = new ChatSession(model.Server, options, Console.Out, Console.Error)
        {
            Instructions = parsed.GetValue(_system),
            Seed = parsed.GetValue(_seed),
            Adapter = model.Server.Adapters.FirstOrDefault(),
        };

        // Ctrl+C belongs to the answer under way; without one it says how to leave.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
        {
            signal.Cancel = true;
            if (!session.Stop())
            {
                Ui.Note("/quit or Ctrl+D leaves.");
            }
        });
        var asks = !Console.IsInputRedirected;
        Ui.Note($"{model.Server.Name}{(session.Adapter is { } adapter ? $" with {adapter}" : "")}. /help lists the commands.");
        while (true)
        {
            if (asks)
            {
                Console.Error.Write("> ");
            }

            if (await Console.In.ReadLineAsync(cancellation) is not { } line || !await session.TakeAsync(line))
            {
                return Host.Success;
            }
        }
    }
}
