using Praline.Torch;

namespace Praline.Models.Multimodal;

/// <summary>
/// A left-padded batch, as SynPO's <c>prepare_data_for_multimodel</c> and <c>prepare_data_for_training_multimodel</c> make it. The
/// engine works on packed streams; this is for comparisons with the original and for models that want a batch.
/// </summary>
/// <param name="InputsEmbeds">[B, T, D], zeros at padding</param>
/// <param name="AttentionMask">Bool [B, T], false at padding</param>
/// <param name="Labels">Int64 [B, T]: an answer's ids, −100 elsewhere; null for prompts without answers</param>
public sealed record PaddedPrompts(Tensor InputsEmbeds, Tensor AttentionMask, Tensor? Labels)
{
    private const long Ignored = -100;

    /// <summary>Prompts to continue.</summary>
    /// <param name="prompts">One [T_i, D] each</param>
    public static PaddedPrompts ForGeneration(IReadOnlyList<Tensor> prompts) => Pad(prompts, null);

    /// <summary>
    /// Prompts with their answers, to train on. Rows longer than <paramref name="maxLength"/> lose their END before they are padded,
    /// so that an answer, or all of it, may be missing: check lengths beforehand.
    /// </summary>
    /// <param name="prompts">One [T_i, D] each</param>
    /// <param name="answers">The ids of each answer, its end token included.</param>
    /// <param name="embed">Text embeddings: Int64 [n] → [n, D].</param>
    /// <param name="maxLength">Tokens of a row at most.</param>
    public static PaddedPrompts ForTraining(
        IReadOnlyList<Tensor> prompts, IReadOnlyList<IReadOnlyList<int>> answers, Func<Tensor, Tensor> embed, int maxLength = 2560)
    {
        using var scope = new TensorScope();
        var rows = new List<Tensor>();
        var labels = new List<long[]>();
        for (var i = 0; i < prompts.Count; i++)
        {
            var ids = answers[i].Select(id => (long)id).ToArray();
            var row = ids.Length == 0 ? prompts[i] : Tensor.Cat([prompts[i], embed(Tensor.From<long>(ids).To(prompts[i].Device))]);
            var length = (int)Math.Min(row.Size(0), maxLength);
            rows.Add(row.Narrow(0, 0, length));
            labels.Add([.. Enumerable.Repeat(Ignored, (int)prompts[i].Size(0)).Concat(ids).Take(length)]);
        }

        return Pad(rows, labels).MoveToOuterScope();
    }

    /// <summary>Hands the tensors to the scope outside the current one (or to none).</summary>
    public PaddedPrompts MoveToOuterScope()
    {
        InputsEmbeds.MoveToOuterScope();
        AttentionMask.MoveToOuterScope();
        Labels?.MoveToOuterScope();
        return this;
    }

    private static PaddedPrompts Pad(IReadOnlyList<Tensor> rows, List<long[]>? labels)
    {
        if (rows.Count == 0)
        {
            throw new ArgumentException("A batch needs at least one row.", nameof(rows));
        }

        using var scope = new TensorScope();
        var longest = rows.Max(row => row.Size(0));
        var padded = rows.Select(row => F.Pad(row, [0, 0, longest - row.Size(0), 0])).ToArray();
        var mask = rows.SelectMany(row => Enumerable.Range(0, (int)longest).Select(t => t >= longest - row.Size(0))).ToArray();
        var padding = labels?.SelectMany(row => Enumerable.Repeat(Ignored, (int)longest - row.Length).Concat(row)).ToArray();
        var device = rows[0].Device;
        return new PaddedPrompts(
            Tensor.Stack(padded),
            Tensor.From<bool>(mask, rows.Count, longest).To(device),
            padding is null ? null : Tensor.From<long>(padding, rows.Count, longest).To(device)).MoveToOuterScope();
    }
}
