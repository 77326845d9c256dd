using System.CommandLine;
using Praline.Models.Checkpoints;
using Praline.Models.Multimodal;
using Praline.Preferences;
using Praline.Training;

namespace Praline.Cli;

/// <summary>A loaded model that answers questions about images, with its adapter if one was named.</summary>
internal sealed class AnswererHandle : IDisposable
{
    private readonly VisionLanguageModel _model;

    private AnswererHandle(VisionLanguageModel model)
    {
        _model = model;
        Answerer = new VisionLanguageAnswerer(model);
    }

    public VisionLanguageAnswerer Answerer { get; }

    public static AnswererHandle Open(string folder, string? adapter, LoadOptions options)
    {
        var model = VisionLanguageModel.Load(folder, options);
        if (adapter is not null)
        {
            _ = TrainedParts.Load(model, adapter);
        }

        return new AnswererHandle(model);
    }

    /// <summary>How the options say that models are loaded; sets the thread count.</summary>
    public static LoadOptions Load(ModelOptions options, ParseResult parsed)
    {
        var device = options.Prepare(parsed);
        return new LoadOptions { Device = device, DType = options.DTypeOf(parsed, device), TokenKeptRatio = parsed.GetValue(options.TokenKeptRatio) };
    }

    public void Dispose()
    {
        Answerer.Dispose();
        _model.Dispose();
    }
}
