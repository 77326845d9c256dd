using Praline.Models.Multimodal;
using Praline.Training.Data;

namespace Praline.Training.Tasks;

/// <summary>
/// The model that rewards are measured against (<c>reference</c>): the policy as training starts (TRL's choice), its base without the adapter, or the one in a folder.
/// </summary>
internal sealed class ReferenceModel : IDisposable
{
    /// <summary>The policy as it is before the first step: with an adapter that training continues, the adapter as loaded.</summary>
    internal const string Start = "start";

    /// <summary>The checkpoint without any adapter.</summary>
    internal const string Base = "base";

    private readonly VisionLanguageModel? _own;
    private readonly IDisposable? _adapter;

    private ReferenceModel(TrainedModel model, bool keepsAdapter, string fingerprint, VisionLanguageModel? own = null, IDisposable? adapter = null) =>
        (Model, KeepsAdapter, Fingerprint, _own, _adapter) = (model, keepsAdapter, fingerprint, own, adapter);

    /// <summary>The model to compute with.</summary>
    internal TrainedModel Model { get; }

    /// <summary>Whether its adapter stays on.</summary>
    internal bool KeepsAdapter { get; }

    /// <summary>Names its weights.</summary>
    internal string Fingerprint { get; }

    /// <summary>Whether reference and policy differ by the adapter alone, so that switching it off gives the reference in the middle of a step.</summary>
    internal static bool IsBase(TrainOptions options) => options.Reference == Base || (options.Reference == Start && options.AdapterPath is null);

    /// <summary>Opens it; media of examples are looked at where they are computed by other weights.</summary>
    /// <exception cref="PralineException">The folder holds neither an adapter for the checkpoint nor a checkpoint with the same tokens.</exception>
    internal static ReferenceModel Open(
        TrainOptions options, VisionLanguageModel policy, TrainedModel trained, IReadOnlyList<TrainingExample> examples, CancellationToken cancellation)
    {
        if (IsBase(options))
        {
            // Whole modules of an adapter stand in the base's own weights: switching the adapter off does not bring the checkpoint back.
            return options.AdapterPath is { } path && (trained.Adapter!.ReplacesWeights || File.Exists(Path.Combine(path, NonLora.FileName)))
                ? throw new PralineException($"{path} replaces whole modules of the checkpoint, so the checkpoint without it is not at hand: set reference to {options.PretrainedPth}, its folder.")
                : new ReferenceModel(trained, keepsAdapter: false, policy.Fingerprint);
        }

        if (options.Reference == Start)
        {
            return new ReferenceModel(trained, keepsAdapter: true, $"{policy.Fingerprint} {WeightsFingerprint.Of(trained.Adapter!.Parameters)}");
        }

        var folder = options.Reference;
        if (!Directory.Exists(folder))
        {
            throw new PralineException($"The setting reference should be start, base or the folder of a checkpoint or an adapter, found '{folder}'.");
        }

        var isCheckpoint = File.Exists(Path.Combine(folder, "config.json"));
        var plain = options with { PretrainedPth = isCheckpoint ? folder : options.PretrainedPth, FromScratch = !isCheckpoint && options.FromScratch, Train = [], AdapterPath = null };
        var model = ModelSetup.Load(plain);
        try
        {
            var adapter = isCheckpoint ? null : TrainedParts.Load(model, folder);
            if (model.Tokenizer.VocabularySize != policy.Tokenizer.VocabularySize || model.ModelType != policy.ModelType)
            {
                throw new PralineException(
                    $"The reference {folder} is a {model.ModelType} with {model.Tokenizer.VocabularySize} tokens, the policy a {policy.ModelType} with {policy.Tokenizer.VocabularySize}: log-probabilities of other tokens can't be compared.");
            }

            var prepared = ModelSetup.Prepare(model, plain, trained.World);
            var unusable = prepared.Vision!.Prepare([.. examples.SelectMany(e => e.Media)], null, cancellation);
            return unusable.Count == 0
                ? new ReferenceModel(prepared, keepsAdapter: true, adapter is null ? model.Fingerprint : $"{model.Fingerprint} {WeightsFingerprint.Of(adapter.Parameters)}", model, adapter)
                : throw new PralineException($"The reference {folder} can't use {unusable.First().Key}: {unusable.First().Value}");
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_own is not null)
        {
            Model.Dispose();
            _adapter?.Dispose();
            _own.Dispose();
        }
    }
}
