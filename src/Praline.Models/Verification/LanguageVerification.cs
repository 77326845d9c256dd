using Praline.Models.Generation;
using Praline.Models.Language;
using Praline.Torch;

namespace Praline.Models.Verification;

/// <summary>
/// Language models: from <c>input_ids</c> (and <c>attention_mask</c>, <c>labels</c>, <c>position_ids</c>) to <c>logits</c>, <c>loss</c>,
/// <c>hidden_states.N</c>, their <c>_posids</c> forms, and greedy <c>generated_ids</c>.
/// </summary>
internal static class LanguageVerification
{
    internal static void Run(ReferenceNumbers numbers, LlamaModel model)
    {
        var ids = numbers.Require("input_ids").To(model.Device);
        var mask = numbers.Input("attention_mask")?.To(model.Device, DType.Bool);
        var (batch, length) = (ids.Size(0), ids.Size(1));
        var plain = Tensor.Arange(0, length, device: model.Device).Unsqueeze(0).Expand(batch, length);
        var states = new List<Tensor>();
        var logits = Host(model.Logits(model.Forward(model.Embed(ids), plain, mask, null, states)));
        var real = mask?.To(Device.Cpu);
        numbers.Compare("logits", () => logits, real);
        foreach (var (name, index) in numbers.Series("hidden_states."))
        {
            if (index < states.Count)
            {
                numbers.Compare(name, () => Host(states[index]), real);
            }
        }

        if (numbers.Input("labels") is { } labels)
        {
            numbers.Compare("loss", () => Loss(logits, labels));
        }

        GradientVerification.Run(
            numbers, model.Store.Parameters, () => Loss(Host(model.Logits(model.Forward(model.Embed(ids), plain, mask))), numbers.Require("labels")));
        if (numbers.Input("position_ids") is { } positions)
        {
            var atPositions = Host(model.Logits(model.Forward(model.Embed(ids), positions.To(model.Device), mask)));
            numbers.Compare("logits_posids", () => atPositions, real);
            if (numbers.Input("labels") is { } again)
            {
                numbers.Compare("loss_posids", () => Loss(atPositions, again));
            }
        }

        numbers.Compare("rotary.inv_freq", () => Tensor.From<double>(RotaryEmbedding.InverseFrequencies(model.Config, model.Config.MaxPositionEmbeddings)).To(DType.Float32));
        Generate(numbers, model, ids, real);
    }

    /// <summary>The mean cross-entropy after the one-step shift over labels that are not −100, as [1].</summary>
    internal static Tensor Loss(Tensor logits, Tensor labels)
    {
        var length = logits.Size(1) - 1;
        return F.CrossEntropy(logits.Narrow(1, 0, length).Reshape(-1, logits.Size(2)), labels.Narrow(1, 1, length).Reshape(-1)).View(1);
    }

    internal static Tensor Host(Tensor tensor) => tensor.To(Device.Cpu, DType.Float32);

    /// <summary>Greedy continuations: <c>generated_ids</c> has the prompt before them; <c>generated_ids_eos</c> ends rows and pads them.</summary>
    private static void Generate(ReferenceNumbers numbers, LlamaModel model, Tensor ids, Tensor? mask)
    {
        var (length, flat, real) = ((int)ids.Size(1), ids.ToArray<long>(), mask?.ToArray<bool>());
        var prompts = Enumerable.Range(0, (int)ids.Size(0)).Select(row => new GenerationRequest
        {
            PromptTokenIds = [.. Enumerable.Range(row * length, length).Where(i => real?[i] ?? true).Select(i => (int)flat[i])],
            Options = new GenerationOptions(),
        }).ToList();
        CompareGenerated(numbers, model, ids, prompts);
    }

    /// <summary>Compares greedy continuations of the rows' prompts, whose options are filled in here.</summary>
    internal static void CompareGenerated(ReferenceNumbers numbers, LlamaModel model, Tensor ids, IReadOnlyList<GenerationRequest> prompts)
    {
        var end = numbers.Meta("generated_ids_eos");
        foreach (var name in new[] { "generated_ids", "generated_ids_eos" })
        {
            if (numbers.Expected(name) is not { } expected || (name != "generated_ids" && end is null))
            {
                continue;
            }

            if (numbers.ByNorm)
            {
                numbers.LeaveOut(name, "in 16 bits two tokens' logits are too often equal");
                continue;
            }

            var ends = name == "generated_ids" ? (int[])[] : [end!.Value.GetProperty("eos_token_id").GetInt32()];
            var pad = end?.TryGetProperty("pad_token_id", out var given) == true ? given.GetInt64() : 0;
            var (batch, length, total) = (ids.Size(0), ids.Size(1), expected.Size(1));
            var options = new GenerationOptions { MaxNewTokens = (int)(total - length), EosTokenIds = ends };
            var results = new TextGenerator(model).Generate([.. prompts.Select(prompt => prompt with { Options = options })]);
            var (rows, flat) = (new List<long>(), ids.ToArray<long>());
            for (var row = 0; row < batch; row++)
            {
                var tokens = results[row][0].TokenIds;
                rows.AddRange(flat.AsSpan((int)(row * length), (int)length));
                rows.AddRange(tokens.Select(token => (long)token));
                rows.AddRange(Enumerable.Repeat(pad, (int)(total - length) - tokens.Length));
            }

            numbers.CompareExactly(name, () => Tensor.From<long>([.. rows], batch, total));
        }
    }
}
