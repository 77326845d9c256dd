using System.CommandLine;
using Praline.Models.Checkpoints;
using Praline.Models.Multimodal;
using Praline.Preferences;
using Praline.Training;

namespace Praline.Cli;

/// <summary>A loaded model as captioner, with its adapter if one was named.</summary>
internal sealed class CaptionerHandle : IDisposable
{
    private CaptionerHandle(VisionLanguageModel model, VisionCache? cache, int maxBatch, bool? together)
    {
        Model = model;
        Captioner = new VisionLanguageCaptioner(model, maxBatch, cache, together);
    }

    public VisionLanguageModel Model { get; }

    public VisionLanguageCaptioner Captioner { get; }

    public static CaptionerHandle Open(ModelOptions options, ParseResult parsed)
    {
        var device = options.Prepare(parsed);
        return Open(
            options.ModelFolder(parsed), parsed.GetValue(options.Adapter),
            new LoadOptions { Device = device, DType = options.DTypeOf(parsed, device), TokenKeptRatio = parsed.GetValue(options.TokenKeptRatio) });
    }

    public static CaptionerHandle Open(string folder, string? adapter, LoadOptions options, VisionCache? cache = null, int maxBatch = 64, bool? together = null)
    {
        var model = VisionLanguageModel.Load(folder, options with { Progress = options.Progress ?? LoadView.For(folder) });
        if (adapter is not null)
        {
            var loaded = TrainedParts.Load(model, adapter);
            if (loaded?.Parts.Any(part => part != ModelPart.Language) == true)
            {
                // Features are kept under the weights' fingerprint, which has to know of the update.
                loaded.MergeInto();
            }
        }

        return new CaptionerHandle(model, cache, maxBatch, together);
    }

    public void Dispose()
    {
        Captioner.Dispose();
        Model.Dispose();
    }
}
