using Praline.Models.Generation;
using Praline.Models.Multimodal;
using Praline.Testing;
using Praline.Torch;

namespace Praline.Models.Tests.Multimodal;

public class BranchedPromptTests
{
    private const int Image = PromptTokens.ImageToken;

    /// <summary>Token 7, an image of 4 rows and 2 columns and token 8 are common to all; a second image is in some endings.</summary>
    [Fact]
    public void Beginning_and_ending_are_the_whole_prompt_with_Qwens_positions()
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        using var model = Qwen2VlTests.Open(folder.Path, "qwen2_vl");
        var features = model.Encode([TinyModels.Picture(60, 120, 2), TinyModels.Picture(70, 60, 1)]);
        PromptTokens[] prompts = [new([7, Image, 8, 4, Image, 9, 3]), new([7, Image, 8, Image, 5]), new([7, Image, 8, 4, 4, 4, Image, 9])];

        var branched = BranchedPrompt.Embed(model, prompts, features);

        Assert.Equal(10, branched.Beginning.Length);
        for (var i = 0; i < prompts.Length; i++)
        {
            var whole = model.EmbedPrompt(prompts[i], features);
            var (start, end) = (branched.Beginning, branched.Endings[i]);
            Close.Equal(whole.Embeddings, Tensor.Cat([start.Embeddings, end.Embeddings]), 0, 0, $"embeddings {i}");
            Close.Equal(whole.PositionIds!, Tensor.Cat([start.PositionIds!, end.PositionIds!], 1), 0, 0, $"positions {i}");
        }

        GenerationRequest Request(PromptEmbeddings prompt) => new()
        {
            PromptEmbeddings = prompt.Embeddings,
            PromptPositionIds = prompt.PositionIds,
            Options = new GenerationOptions { MaxNewTokens = 12, LogProbabilities = true },
        };
        var together = new TextGenerator(model.Language).Generate(Request(branched.Beginning) with
        {
            Endings = [.. branched.Endings.Select(e => new PromptEnding { Embeddings = e.Embeddings, PositionIds = e.PositionIds })],
        });
        for (var i = 0; i < prompts.Length; i++)
        {
            var alone = new TextGenerator(model.Language).Generate(Request(model.EmbedPrompt(prompts[i], features)))[0];
            Assert.Equal(alone.TokenIds, together[i].TokenIds);
            Close.Equal(
                [.. alone.LogProbabilities!.Select(p => (double)p)], [.. together[i].LogProbabilities!.Select(p => (double)p)], 1e-5, 1e-5, $"log-probabilities {i}");
        }
    }

    [Theory]
    [InlineData(new[] { 1, 2, 3, 4 }, new[] { 1, 2, 5 }, 2)]
    [InlineData(new[] { 1, 2, 3 }, new[] { 1, 2 }, 1)] // each keeps a token of its own
    [InlineData(new[] { 1, 2 }, new[] { 3, 2 }, 0)]
    public void Prompts_part_where_they_begin_to_differ(int[] first, int[] second, int alike)
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        using var model = Qwen2VlTests.Open(folder.Path, "qwen2_vl");
        var branched = BranchedPrompt.Embed(model, [new(first), new(second)], null);
        Assert.Equal((alike, first.Length - alike, second.Length - alike), (branched.Beginning.Length, branched.Endings[0].Length, branched.Endings[1].Length));
        var one = BranchedPrompt.Embed(model, [new(first)], null);
        Assert.Equal((first.Length, 0), (one.Beginning.Length, one.Endings.Count));
    }
}
