using Praline.Models.Language;
using Praline.Models.Multimodal;
using Praline.Torch;

namespace Praline.Training.Packing;

/// <summary>
/// Examples as one stream of embeddings without padding, [prompt][response][response]… each, and where in it the answers are predicted.
/// </summary>
/// <param name="Embeddings">[T, D]</param>
/// <param name="Layout">Where prompts and responses lie.</param>
/// <param name="Rows">For each learnt token, the place in the stream before it, whose hidden state predicts it: Int64 [n]</param>
/// <param name="Targets">The learnt tokens: Int64 [n]</param>
/// <param name="Lengths">Learnt tokens of each response, example after example.</param>
public sealed record PackedStream(Tensor Embeddings, PackedLayout Layout, Tensor Rows, Tensor Targets, IReadOnlyList<long> Lengths)
{
    /// <summary>
    /// Lays examples out. All text of the stream is looked up in one go, and one gather puts text and visual tokens into order.
    /// </summary>
    /// <param name="language">The model whose embeddings are taken.</param>
    /// <param name="examples">The examples.</param>
    /// <param name="features">Each example's visual tokens, or null where it has no images. Gradients flow into them.</param>
    /// <exception cref="PralineException">An example has another number of image marks than images.</exception>
    public static PackedStream Build(LlamaModel language, IReadOnlyList<PackedExample> examples, IReadOnlyList<VisionFeatures?> features)
    {
        using var scope = new TensorScope();
        var text = new List<long>();
        var order = new List<(bool IsText, int Row)>();
        var trees = new List<SequenceTree>();
        var (rows, targets, lengths) = (new List<long>(), new List<long>(), new List<long>());
        var blocks = features.OfType<VisionFeatures>().Distinct(ReferenceEqualityComparer.Instance).Cast<VisionFeatures>().ToArray();
        var starts = Starts(blocks);
        for (var e = 0; e < examples.Count; e++)
        {
            var treeStart = order.Count;
            AddPrompt(examples[e].Prompt, features[e], features[e] is { } own ? starts[own] : 0, text, order);
            var promptLength = order.Count - treeStart;
            if (promptLength == 0)
            {
                throw new PralineException("A prompt without tokens predicts nothing: give it at least the begin token.");
            }

            foreach (var response in examples[e].Responses)
            {
                var before = treeStart + promptLength - 1; // the first token is predicted by the prompt's last
                for (var t = 0; t < response.Ids.Count; t++)
                {
                    if (response.Counted?[t] ?? true)
                    {
                        rows.Add(before);
                        targets.Add(response.Ids[t]);
                    }

                    before = order.Count;
                    if (t < response.Ids.Count - 1)
                    {
                        order.Add((true, text.Count));
                        text.Add(response.Ids[t]);
                    }
                }

                lengths.Add(response.CountedTokens);
            }

            trees.Add(new SequenceTree(promptLength, [.. examples[e].Responses.Select(r => r.Ids.Count - 1)]));
        }

        var device = language.Device;
        var embedded = language.Embed(Tensor.From<long>([.. text], text.Count).To(device));
        var all = blocks.Length == 0 ? embedded : Tensor.Cat([embedded, .. blocks.Select(b => b.Tokens.To(device, embedded.DType))]);
        var index = Tensor.From<long>([.. order.Select(o => (long)(o.IsText ? o.Row : text.Count + o.Row))]).To(device);
        return new PackedStream(
            all.IndexSelect(0, index).MoveToOuterScope(), new PackedLayout(trees), Tensor.From<long>([.. rows], rows.Count).To(device).Alias().MoveToOuterScope(),
            Tensor.From<long>([.. targets], targets.Count).To(device).Alias().MoveToOuterScope(), lengths);
    }

    private static void AddPrompt(
        PromptTokens prompt, VisionFeatures? features, int visualStart, List<long> text, List<(bool IsText, int Row)> order)
    {
        var images = features?.Counts.Count ?? 0;
        if (prompt.ImageCount != images)
        {
            throw new PralineException($"Image marks in the prompt: {prompt.ImageCount}, images given: {images}. Write <image> once for each image.");
        }

        var image = 0;
        foreach (var id in prompt.Ids)
        {
            if (id != PromptTokens.ImageToken)
            {
                order.Add((true, text.Count));
                text.Add(id);
                continue;
            }

            for (var k = 0; k < features!.Counts[image]; k++)
            {
                order.Add((false, visualStart++));
            }

            image++;
        }
    }

    private static Dictionary<VisionFeatures, int> Starts(VisionFeatures[] blocks)
    {
        var starts = new Dictionary<VisionFeatures, int>(ReferenceEqualityComparer.Instance);
        var at = 0;
        foreach (var block in blocks)
        {
            starts[block] = at;
            at += block.Counts.Sum();
        }

        return starts;
    }
}
