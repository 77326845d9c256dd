using Praline.Testing;
using Praline.Models.Checkpoints;

namespace Praline.Models.Tests.Checkpoints;

public sealed class ModelRegistryTests
{
    [Theory]
    [InlineData("""{"model_type": "qwen2"}""", ModelKind.Language)]
    [InlineData("""{"model_type": "llava_next", "architectures": ["Other"]}""", ModelKind.LlavaNext)]
    [InlineData("""{"architectures": ["MistralForCausalLM"]}""", ModelKind.Language)]
    public void KnownModels(string json, ModelKind expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "config.json"), json);
        Assert.Equal(expected, ModelRegistry.Identify(folder.Path));
    }

    [Fact]
    public void AVisionEncoderBesideALanguageModelMakesItAuroraCap()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "config.json"), """{"model_type": "llama"}""");
        Directory.CreateDirectory(Path.Combine(folder.Path, "visual_encoder"));
        Assert.Equal(ModelKind.AuroraCap, ModelRegistry.Identify(folder.Path));
    }

    [Fact]
    public void AnUnknownModelListsWhatIsKnown()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "config.json"), """{"model_type": "gpt_neox"}""");
        var error = Assert.Throws<PralineException>(() => ModelRegistry.Identify(folder.Path));
        Assert.Contains("gpt_neox", error.Message);
        Assert.All(ModelRegistry.KnownTypes, type => Assert.Contains(type, error.Message));
    }

    [Fact]
    public void AFolderWithoutConfigSaysWhatIsExpected()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("config.json", Assert.Throws<PralineException>(() => ModelRegistry.Identify(folder.Path)).Message);
    }
}
