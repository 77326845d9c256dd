using Praline.Models.Generation;
using Praline.Models.Language;
using Praline.Text.Tokenizers;
using Praline.Testing;
using Praline.Torch.Nn;

namespace Praline.Models.Tests.Language;

/// <summary>
/// Real weights: a Llama of 260 000 parameters tells the story that its own documentation quotes (doc/stories260K.md of llama2.c),
/// word for word. Needs the sample weights beside the checkout.
/// </summary>
public sealed class StoriesTests(ITestOutputHelper output)
{
    private const string Story = "Once upon a time, there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball.";

    [Fact]
    public void TheStoryWordForWord()
    {
        if (Golden.SharedData() is not { } data)
        {
            Assert.Skip("The sample weights (PRALINE_DATA, or ../shared/data) are not here: nothing to check.");
            return;
        }

        using var source = new Llama2cSource(Path.Combine(data, "weights", "stories260K.bin"));
        using var store = new ParameterStore(source);
        var model = new LlamaModel(source.Config, store.Root);
        store.Verify();

        using var folder = new TemporaryFolder();
        File.Copy(Path.Combine(data, "weights", "tok512.model"), Path.Combine(folder.Path, "tokenizer.model"));
        var tokenizer = Tokenizer.Load(folder.Path);

        var result = new TextGenerator(model).Generate(
            new GenerationRequest { PromptTokenIds = [1], Options = new GenerationOptions { MaxNewTokens = 100, EosTokenIds = [1, 2] } })[0];
        var told = tokenizer.Decode([.. result.ContentIds], skipSpecialTokens: true).Trim();
        output.WriteLine(told);
        Assert.StartsWith(Story, told);
    }
}
