using System.CommandLine;
using Praline.Models.Checkpoints;
using Praline.Models.Multimodal;
using Praline.Preferences;

namespace Praline.Cli;

/// <summary>Which model captions, and where its vision features are kept.</summary>
internal sealed class CaptionerChoices
{
    public ModelOptions Model { get; } = new();

    public Option<string?> Cache { get; } = new("--vision-cache")
    {
        Description = "Folder for vision features, shared by all steps and by training; 'none' for no cache. Default: vision-cache in --out.",
    };

    public Option<double> CacheSize { get; } = new("--vision-cache-gb")
    {
        Description = "What the cache may take, in GiB; what was not used for longest goes first.",
        DefaultValueFactory = _ => 20,
    };

    public Option<int> MaxBatch { get; } = new("--max-batch") { Description = "Captions that are written together at most.", DefaultValueFactory = _ => 64 };

    public Option<bool> MixedBatches { get; } = new("--mixed-batches")
    {
        Description = "Write captions of several videos together on a GPU or in half precision too: quicker, but captions may then differ from run to run.",
    };

    public void AddTo(Command command)
    {
        Model.AddTo(command);
        foreach (var option in new Option[] { Cache, CacheSize, MaxBatch, MixedBatches })
        {
            command.Options.Add(option);
        }
    }

    public CaptionerHandle Open(ParseResult parsed, DataFiles files)
    {
        var device = Model.Prepare(parsed);
        var cache = parsed.GetValue(Cache) is "none"
            ? null
            : new VisionCache(new VisionCacheOptions(parsed.GetValue(Cache) ?? files.VisionCache)
            {
                MaxBytes = (long)(parsed.GetValue(CacheSize) * (1L << 30)),
                Warn = Ui.Note,
            });
        return CaptionerHandle.Open(
            Model.ModelFolder(parsed),
            parsed.GetValue(Model.Adapter),
            new LoadOptions { Device = device, DType = Model.DTypeOf(parsed, device), TokenKeptRatio = parsed.GetValue(Model.TokenKeptRatio) },
            cache,
            parsed.GetValue(MaxBatch),
            parsed.GetValue(MixedBatches) ? true : null);
    }
}
