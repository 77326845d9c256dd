using Praline.Models.Multimodal;
using Praline.Testing;
using Praline.Torch;

namespace Praline.Models.Tests.Multimodal;

[Collection(nameof(LiveTensorsCollection))]
public class VisionLeakTests
{
    [Fact]
    public void Encoding_and_prompts_leave_nothing_behind()
    {
        using var folder = new TemporaryFolder();
        using var model = AuroraCap.Create(TinyModels.AuroraCap(folder["model"]), seed: 3);
        File.WriteAllText(folder["a.mp4"], "a video");
        var cached = new CachedVision(model, new VisionCache(new VisionCacheOptions(folder["cache"])));
        var prompt = new PromptTokens([1, PromptTokens.ImageToken, PromptTokens.ImageToken, 5]);
        var frames = new[] { TinyModels.Picture(30, 30, 1), TinyModels.Picture(30, 30, 2) };
        long before = 0;
        LiveTensors.Settle();
        for (var step = 0; step < 100; step++)
        {
            // The results are disposed, nothing else is, and no scope is open.
            using var features = cached.Encode(folder["a.mp4"], [step % 5, 9], () => frames);
            using (var embeddings = model.EmbedPrompt(prompt, features))
            {
                Assert.Equal(prompt.LengthWith(features.Counts), embeddings.Length);
            }

            before = step == 10 ? Tensor.LiveCount : before;
        }

        Assert.Equal(before - 1, Tensor.LiveCount); // the features of step 10 were still alive
    }
}
