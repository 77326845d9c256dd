using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Praline.Torch;
using Praline.Torch.Distributed;
using Praline.Torch.Serialization;
using Praline.Training.Data;
using Praline.Training.Engine;
using Praline.Training.LogProbs;
using Praline.Training.Objectives;

namespace Praline.Training.Tasks;

/// <summary>
/// The reference's log-probabilities of every learnt token of a data set: from the same weights before training, with the adapter as it was loaded or
/// without it, or from other weights; computed once and kept in a file under a key of weights and data and with a sum of its content, so that a file that belongs to others or
/// was damaged is noticed.
/// </summary>
public sealed class ReferenceLogProbs : IDisposable
{
    private const string KeyName = "praline_key", SumName = "praline_sha256";
    private readonly Tensor _all;
    private readonly long[] _starts;
    private readonly long[][] _lengths;

    private ReferenceLogProbs(Tensor all, IReadOnlyList<TrainingExample> examples)
    {
        _all = all.DetachFromScope();
        _lengths = [.. examples.Select(e => e.Packed.Responses.Select(r => (long)r.CountedTokens).ToArray())];
        _starts = new long[examples.Count + 1];
        for (var i = 0; i < examples.Count; i++)
        {
            _starts[i + 1] = _starts[i] + _lengths[i].Sum();
        }
    }

    /// <summary>Reads the file if it has the key, else computes everything and writes it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="examples">The data set.</param>
    /// <param name="file">Where the numbers are kept; null keeps them in memory only.</param>
    /// <param name="key">Names weights and data by content.</param>
    /// <param name="tokenBudget">Tokens to compute at a time.</param>
    /// <param name="report">Hears how many examples are done.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="keepsAdapter">Whether the model's adapter stays on; else it is switched off meanwhile.</param>
    public static ReferenceLogProbs Get(
        TrainedModel model, IReadOnlyList<TrainingExample> examples, string? file = null, string key = "", int tokenBudget = 8192,
        Action<int, int>? report = null, CancellationToken cancellation = default, bool keepsAdapter = false)
    {
        using var scope = new TensorScope();
        var kept = file is null ? null : TryRead(file, key);
        if (model.World.Gather(kept is not null).All(has => has))
        {
            return new ReferenceLogProbs(kept!.MoveToOuterScope(), examples);
        }

        var all = Compute(model, examples, tokenBudget, report, keepsAdapter, cancellation);
        if (file is not null && model.World.IsMain)
        {
            SafetensorsWriter.Write(
                file, new Dictionary<string, Tensor> { ["logps"] = all }, new Dictionary<string, string> { ["format"] = "pt", [KeyName] = key, [SumName] = Sum(all) });
        }

        return new ReferenceLogProbs(all.MoveToOuterScope(), examples);
    }

    /// <summary>The responses of some examples, example after example.</summary>
    public ResponseTokens Tokens(IReadOnlyList<int> examples, Device device)
    {
        using var scope = new TensorScope();
        var parts = examples.Select(i => _all.Narrow(0, _starts[i], _starts[i + 1] - _starts[i])).ToArray();
        return new ResponseTokens(Tensor.Cat(parts).To(device).Alias().MoveToOuterScope(), [.. examples.SelectMany(i => _lengths[i])]);
    }

    /// <inheritdoc/>
    public void Dispose() => _all.Dispose();

    private static Tensor? TryRead(string file, string key)
    {
        if (!File.Exists(file))
        {
            return null;
        }

        try
        {
            using var stored = SafetensorsFile.Open(file);
            return stored.Metadata.GetValueOrDefault(KeyName) == key && stored.Read("logps").Clone() is var all && stored.Metadata.GetValueOrDefault(SumName) == Sum(all)
                ? all
                : null;
        }
        catch (PralineException)
        {
            return null; // cut off or overwritten: computed anew
        }
    }

    private static string Sum(Tensor values) =>
        Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<double>(values.To(DType.Float64).ToArray<double>())));

    private static Tensor Compute(
        TrainedModel model, IReadOnlyList<TrainingExample> examples, int tokenBudget, Action<int, int>? report, bool keepsAdapter, CancellationToken cancellation)
    {
        using var noGrad = NoGrad.Begin();
        using var off = keepsAdapter ? null : model.WithoutAdapter();
        var parts = new List<Tensor>();
        var done = 0;
        int[] order = [.. Enumerable.Range(0, examples.Count)];
        var batches = MicroBatches.Cut(order, [.. examples.Select(model.LengthOf)], tokenBudget, 1);
        foreach (var (number, batch) in batches.Index())
        {
            done += batch.Count;
            if (!model.World.Owns(number))
            {
                continue;
            }

            cancellation.ThrowIfCancellationRequested();
            using var scope = new TensorScope();
            var (hidden, targets, _, _) = model.Forward([.. batch.Select(i => examples[i])]);
            var answers = AnswerLogProbs.Forward(model.Language.LmHead, hidden, targets, new AnswerOptions { MaxLogits = model.MaxLogits });
            parts.Add(answers.LogProb.To(Device.Cpu).Alias().MoveToOuterScope());
            report?.Invoke(done, examples.Count);
        }

        return model.World.Size == 1
            ? Tensor.Cat([.. parts])
            : Merged(model.World, parts, [.. batches.Select(batch => batch.Sum(i => examples[i].Packed.Responses.Sum(r => (long)r.CountedTokens)))]);
    }

    /// <summary>All ranks' parts, put in order again.</summary>
    /// <param name="world">The ranks.</param>
    /// <param name="own">This rank's parts, in order.</param>
    /// <param name="lengths">Numbers in each part of all ranks.</param>
    private static Tensor Merged(World world, List<Tensor> own, long[] lengths)
    {
        var values = own.SelectMany(part => part.To(DType.Float64).ToArray<double>()).ToArray();
        double[][] ranks = [.. world.GatherBytes(MemoryMarshal.AsBytes<double>(values).ToArray()).Select(bytes => MemoryMarshal.Cast<byte, double>(bytes).ToArray())];
        var taken = new long[world.Size];
        var all = new List<double>();
        foreach (var (number, length) in lengths.Index())
        {
            var rank = number % world.Size;
            all.AddRange(ranks[rank].AsSpan((int)taken[rank], (int)length));
            taken[rank] += length;
        }

        var wide = world.FromMain(own.FirstOrDefault()?.DType ?? DType.Float32);
        return Tensor.From<double>([.. all], all.Count).To(wide).Alias();
    }
}
