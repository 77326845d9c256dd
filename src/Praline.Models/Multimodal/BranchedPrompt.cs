using Praline.Torch;

namespace Praline.Models.Multimodal;

/// <summary>Several prompts about the same images or video, parted where the first two of them begin to differ.</summary>
/// <param name="Beginning">What all begin with; the whole prompt if there is only one.</param>
/// <param name="Endings">What follows in each, at least one token; empty for one prompt.</param>
public sealed record BranchedPrompt(PromptEmbeddings Beginning, IReadOnlyList<PromptEmbeddings> Endings)
{
    /// <summary>Embeds prompts as <see cref="VisionLanguageModel.EmbedPrompt"/> does; the tensors belong to the current scope.</summary>
    /// <exception cref="PralineException">A prompt has another number of marks than there are images.</exception>
    public static BranchedPrompt Embed(VisionLanguageModel model, IReadOnlyList<PromptTokens> prompts, VisionFeatures? features)
    {
        if (prompts.Count == 1)
        {
            return new BranchedPrompt(model.EmbedPrompt(prompts[0], features), []);
        }

        var alike = new PromptTokens([.. prompts[0].Ids.Take(Alike(prompts))]);
        var start = alike.LengthWith((features?.Counts ?? []).Take(alike.ImageCount));
        PromptEmbeddings? beginning = null;
        var endings = new List<PromptEmbeddings>();
        foreach (var prompt in prompts)
        {
            using var scope = new TensorScope();
            var whole = model.EmbedPrompt(prompt, features);
            beginning ??= Part(whole, 0, start).MoveToOuterScope();
            endings.Add(Part(whole, start, whole.Length - start).MoveToOuterScope());
        }

        return new BranchedPrompt(beginning!, endings);
    }

    /// <summary>Takes the tensors out of every scope: whoever holds them disposes them.</summary>
    public BranchedPrompt DetachFromScope()
    {
        foreach (var part in Endings.Prepend(Beginning))
        {
            part.DetachFromScope();
        }

        return this;
    }

    /// <summary>How many ids all prompts begin with, and leave each at least one.</summary>
    private static int Alike(IReadOnlyList<PromptTokens> prompts)
    {
        var first = prompts[0].Ids;
        var most = prompts.Min(prompt => prompt.Ids.Count) - 1;
        var alike = 0;
        while (alike < most && prompts.All(prompt => prompt.Ids[alike] == first[alike]))
        {
            alike++;
        }

        return alike;
    }

    private static PromptEmbeddings Part(PromptEmbeddings whole, int start, int length) => new(
        whole.Embeddings.Narrow(0, start, length).Clone(), whole.PositionIds?.Narrow(1, start, length).Clone());
}
