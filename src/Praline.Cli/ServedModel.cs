using System.CommandLine;
using Praline.Models.Checkpoints;
using Praline.Models.Multimodal;
using Praline.Training;
using Praline.Training.Lora;

namespace Praline.Cli;

/// <summary>A model with several adapters, each under a name: the options of <c>serve</c> and <c>chat</c>, and how they are loaded.</summary>
internal sealed class ServedModel : IDisposable
{
    private readonly ModelOptions _options = new();
    private VisionLanguageModel? _vision;

    public Option<string> Model { get; } = new("--model")
    {
        Description = "Folder of a Hugging Face checkpoint, or small-captioner or small-assistant, which ship with Praline.",
        Required = true,
    };

    public Option<string[]> Adapters { get; } = new("--adapter")
    {
        Description = "PEFT adapter as NAME=FOLDER, or FOLDER to name it by its folder. May be given several times.",
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>The model; there once it is loaded.</summary>
    public ModelServer Server { get; private set; } = null!;

    public void AddTo(Command command)
    {
        command.Options.Add(Model);
        command.Options.Add(Adapters);
        command.Options.Add(_options.Device);
        command.Options.Add(_options.DType);
        command.Options.Add(_options.Threads);
        command.Options.Add(_options.TokenKeptRatio);
    }

    /// <summary>Loads the model and its adapters.</summary>
    public async Task LoadAsync(ParseResult parsed, ModelServerOptions serving)
    {
        var folder = ShippedFiles.Model(parsed.GetValue(Model)!);
        var device = _options.Prepare(parsed);
        var load = new LoadOptions
        {
            Device = device,
            DType = _options.DTypeOf(parsed, device),
            TokenKeptRatio = parsed.GetValue(_options.TokenKeptRatio),
            Progress = LoadView.For(folder),
        };
        if (ModelRegistry.Identify(folder) == ModelKind.Language)
        {
            Server = ModelServer.Load(folder, load, serving);
        }
        else
        {
            _vision = VisionLanguageModel.Load(folder, load);
            Server = new ModelServer(_vision, serving);
        }

        foreach (var (name, path) in (parsed.GetValue(Adapters) ?? []).Select(Named))
        {
            await Server.AddAdapterAsync(name, () => Adapter(path));
        }
    }

    public void Dispose()
    {
        Server?.Dispose();
        _vision?.Dispose();
    }

    private static (string Name, string Folder) Named(string text)
    {
        var (name, folder) = text.Split('=', 2) is [var given, var rest] ? (given, rest) : (Path.GetFileName(Path.TrimEndingDirectorySeparator(text)), text);
        return name.Length > 0 && folder.Length > 0 ? (name, folder) : throw new PralineException($"--adapter takes NAME=FOLDER or FOLDER, found '{text}'.");
    }

    private IDisposable Adapter(string folder)
    {
        // What replaces weights can't stand beside the base.
        if (TrainedParts.HasWholeParts(folder))
        {
            throw new PralineException($"{folder} has whole parts beside its adapter, which replace the model's own. Merge it (praline merge), and name the merged folder as --model.");
        }

        var adapter = _vision is null ? LoraAdapter.Load(Server.LanguageParameters, folder) : LoraAdapter.Load(_vision, folder);
        if (adapter.ReplacesWeights || adapter.ChangesEmbeddings)
        {
            adapter.Dispose();
            throw new PralineException(
                $"{folder} changes embeddings, norms or biases, which would change the answers of the base and of other adapters too. Merge it (praline merge), and name the merged folder as --model.");
        }

        return adapter;
    }
}
