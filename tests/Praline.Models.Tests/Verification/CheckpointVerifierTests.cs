using Praline.Testing;
using Praline.Models.Multimodal;
using Praline.Models.Tests.Multimodal;
using Praline.Models.Verification;
using Praline.Torch;
using Praline.Torch.Serialization;

namespace Praline.Models.Tests.Verification;

/// <summary><c>praline verify</c> for families without golden cases: inputs in the reference's form give what the model's own way gives.</summary>
public class CheckpointVerifierTests
{
    [Theory]
    [InlineData("qwen2_vl")]
    [InlineData("qwen2_5_vl")]
    public void Qwen_takes_patches_grids_and_expanded_ids(string type)
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        using (var model = Qwen2VlTests.Open(folder.Path, type))
        {
            var images = new[] { TinyModels.Picture(70, 60, 1), TinyModels.Picture(60, 120, 2) };
            var processed = images.Select(model.ImageProcessor.Process).ToArray();
            var features = model.Encode(images);

            // Ids below the vocabulary of 40; the configuration's image token lies above it, as real ones lie inside.
            var image = model.Config.ImageTokenId;
            int[] ids = [3, .. Enumerable.Repeat(image, features.Counts[0]), 5, 6, .. Enumerable.Repeat(image, features.Counts[1]), 7];
            var prompt = model.EmbedPrompt(model.FromReferenceIds(ids, features.Counts), features);
            var logits = model.Language.Logits(model.Language.Forward(prompt.Embeddings.Unsqueeze(0), prompt.PositionIds!.Unsqueeze(1)));
            SafetensorsWriter.Write(folder["inputs.safetensors"], new Dictionary<string, Tensor>
            {
                ["pixel_values"] = Tensor.Cat([.. processed.Select(p => VisionBatches.ToTensor(p.Item1, Device.Cpu))]),
                ["image_grid_thw"] = Tensor.From<long>([.. processed.SelectMany(p => new long[] { p.Item2.Time, p.Item2.Height, p.Item2.Width })], processed.Length, 3),
                ["input_ids"] = Tensor.From<long>([.. ids.Select(id => (long)id)], 1, ids.Length),
            });
            SafetensorsWriter.Write(folder["expected.safetensors"], new Dictionary<string, Tensor>
            {
                ["image_features"] = features.Tokens,
                ["inputs_embeds"] = prompt.Embeddings.Unsqueeze(0),
                ["logits"] = logits,
            });
        }

        var result = CheckpointVerifier.Verify(folder.Path);
        Assert.Equal(["image_features", "inputs_embeds", "logits"], result.Select(quantity => quantity.Name));
        Assert.All(result, quantity => Assert.True(quantity.Holds, quantity.ToString()));
    }
}
