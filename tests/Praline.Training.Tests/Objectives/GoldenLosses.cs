using System.Text.Json;
using Praline.Testing;
using Praline.Torch;
using Praline.Torch.Serialization;
using Praline.Training.Objectives;

namespace Praline.Training.Tests.Objectives;

/// <summary>Reads the reference losses in <c>tests/golden/losses</c> and turns full logits into statistics, as the references do.</summary>
internal static class GoldenLosses
{
    /// <summary>True when the golden folder holds the file; another folder may lack it.</summary>
    public static bool Has(params string[] path) => File.Exists(Golden.PathOf(["losses", .. path]));

    public static JsonElement Json(params string[] path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Golden.PathOf(["losses", .. path])));
        return document.RootElement.Clone();
    }

    public static Dictionary<string, Tensor> Tensors(string folder, string file) =>
        TestDevice.Place(SafetensorsFile.Load(Golden.PathOf("losses", folder, file + ".safetensors")));

    /// <summary>A config's settings, less some.</summary>
    public static Dictionary<string, object?> Settings(JsonElement config, params string[] except) =>
        config.EnumerateObject().Where(p => !except.Contains(p.Name)).ToDictionary(p => p.Name, p => Plain(p.Value));

    public static Tensor Vector(JsonElement values, DType dtype, bool grad = false)
    {
        var tensor = Tensor.From<double>([.. values.EnumerateArray().Select(v => v.GetDouble())]).To(TestDevice.Current, dtype).Alias();
        tensor.RequiresGrad = grad;
        return tensor;
    }

    public static double[] Doubles(JsonElement values) => [.. values.EnumerateArray().Select(v => v.GetDouble())];

    /// <summary>Statistics of rows of [B, T, V] logits whose label at a position is that of the next token; −100 has none.</summary>
    public static ResponseStatistics FromLogits(Tensor logits, Tensor labels, Tensor? reference = null)
    {
        var (batch, length, vocabulary) = (logits.Size(0), logits.Size(1), logits.Size(2));
        var shifted = logits.Narrow(1, 0, length - 1).Reshape(-1, vocabulary);
        var targets = labels.Narrow(1, 1, length - 1).Reshape(-1);
        var kept = targets.Ne(-100).Nonzero().Squeeze(1);
        var rows = shifted.IndexSelect(0, kept);
        var logProbs = F.LogSoftmax(rows);
        var perToken = logProbs.Gather(1, targets.IndexSelect(0, kept).Unsqueeze(1)).Squeeze(1);
        long[] lengths = [.. labels.Narrow(1, 1, length - 1).Ne(-100).Sum([1]).ToArray<long>()];
        var tokens = new ResponseTokens(perToken, lengths);
        var statistics = ResponseStatistics.FromTokens(tokens);
        var aligned = perToken - ((2 * rows).LogSumExp(-1) - (2 * rows.LogSumExp(-1)));
        statistics = statistics with { MeanAlignedLogProb = (tokens.SumPerResponse(aligned) / tokens.Counts()).Detach() };
        if (reference is not null)
        {
            var other = F.LogSoftmax(reference.Narrow(1, 0, length - 1).Reshape(-1, vocabulary).IndexSelect(0, kept));
            statistics = statistics with { SequentialKl = tokens.SumPerResponse((other.Exp() * (other - logProbs)).Sum([-1])) };
        }

        return statistics;
    }

    /// <summary>Ids where the mask is 1, else −100.</summary>
    public static Tensor Labels(Tensor ids, Tensor mask) => ids.MaskedFill(mask.Eq(0), -100);

    public static long[] Range(long start, long count) => [.. Enumerable.Range((int)start, (int)count).Select(i => (long)i)];

    private static object? Plain(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Array => value.EnumerateArray().Select(Plain).ToArray(),
        JsonValueKind.Null => null,
        _ => value.GetString(),
    };
}
