using Praline.Models.Checkpoints;
using Praline.Torch;
using Praline.Torch.Nn;
using Praline.Torch.Serialization;

namespace Praline.Models.Multimodal;

/// <summary>
/// The weights that a model is built from: a folder's files, or fresh numbers. Dispose it when the model is built and verified; the
/// files stay mapped as long as a parameter lies in them.
/// </summary>
internal sealed class ModelWeights : IDisposable
{
    private readonly CheckpointSource? _source;

    private ModelWeights(CheckpointSource? source, ParameterStore store)
    {
        _source = source;
        Store = store;
    }

    internal ParameterStore Store { get; }

    /// <summary>Opens a folder's weights, all converted to one type.</summary>
    /// <param name="folder">Where <c>model.safetensors</c> or its index lies.</param>
    /// <param name="options">The type and the device.</param>
    /// <param name="rename">Given the checkpoint's names, maps a name that the model asks for to the checkpoint's.</param>
    internal static ModelWeights Open(
        string folder, LoadOptions options, Func<IReadOnlyCollection<string>, Func<string, string>>? rename = null)
    {
        var source = CheckpointSource.Open(folder);
        ITensorSource reporting = options.Progress is { } progress ? new ReportingSource(source, progress) : source;
        return new ModelWeights(source, new ParameterStore(reporting, LoadTypes.Of(source, options), options.Device, rename?.Invoke(source.Names)));
    }

    /// <summary>Fresh weights.</summary>
    internal static ModelWeights Random(ulong seed, double deviation, LoadOptions options) =>
        new(null, new ParameterStore(new RandomSource(seed, deviation), options.DType ?? DType.Float32, options.Device));

    public void Dispose() => _source?.Dispose();
}
