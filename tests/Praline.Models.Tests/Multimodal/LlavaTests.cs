using Praline.Models.Multimodal;
using Praline.Testing;
using Praline.Torch;
using Praline.Torch.Serialization;

namespace Praline.Models.Tests.Multimodal;

public class LlavaTests
{
    /// <summary>Names as transformers 4.52 and later hold them, and as some checkpoints are saved.</summary>
    private static readonly (string From, string To)[] LaterNames =
    [
        ("language_model.model.", "model.language_model."),
        ("language_model.lm_head.", "lm_head."),
        ("vision_tower.", "model.vision_tower."),
        ("multi_modal_projector.", "model.multi_modal_projector."),
        ("image_newline", "model.image_newline"),
    ];

    [Theory]
    [InlineData("llava15")]
    [InlineData("llava_next")]
    public void Opens_under_the_names_of_later_versions(string kind)
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        foreach (var golden in Golden.Cases(kind).Take(1))
        {
            File.Copy(Path.Combine(golden, "config.json"), folder["config.json"]);
            SafetensorsWriter.Write(folder["model.safetensors"], SafetensorsFile.Load(Path.Combine(golden, "model.safetensors"))
                .ToDictionary(t => LaterNames.Aggregate(t.Key, (name, r) => name.StartsWith(r.From, StringComparison.Ordinal) ? r.To + name[r.From.Length..] : name), t => t.Value));
            using var original = VisionLanguageModel.Load(golden);
            using var renamed = VisionLanguageModel.Load(folder.Path);
            Assert.Equal(original.Fingerprint, renamed.Fingerprint);
            renamed.Save(folder["saved"]);
            using var saved = VisionLanguageModel.Load(folder["saved"]);
            Assert.Equal(original.Fingerprint, saved.Fingerprint);
        }
    }

    [Theory]
    [InlineData("llava15")]
    [InlineData("llava_next")]
    public void Pictures_become_as_many_tokens_as_were_counted(string kind)
    {
        using var scope = new TensorScope();
        foreach (var golden in Golden.Cases(kind).Take(1))
        {
            using var model = (LlavaModel)VisionLanguageModel.Load(golden);
            var pictures = new[] { TinyModels.Picture(90, 31, 1), TinyModels.Picture(33, 100, 2), TinyModels.Picture(64, 64, 3) };
            var features = model.Encode(pictures);
            var alone = model.Encode([pictures[1]]);

            Assert.Equal(features.Counts, model.CountTokens([.. pictures.Select(p => (p.Height, p.Width))]));
            Close.Equal(alone.Tokens, features.Image(1), 1e-5, 1e-5, "a picture alone and among others");
        }
    }

    [Fact]
    public void Reference_ids_in_both_forms_are_the_same_prompt()
    {
        int[] counts = [2, 3];
        var expanded = PromptTokens.FromReferenceIds([1, 7, 7, 7, 7, 7, 9], 7, counts);
        var single = PromptTokens.FromReferenceIds([1, 7, 7, 9], 7, counts);

        Assert.Equal([1, PromptTokens.ImageToken, PromptTokens.ImageToken, 9], expanded.Ids);
        Assert.Equal(expanded.Ids, single.Ids);
        Assert.Contains("expected 2, one for each image, or 5", Assert.Throws<PralineException>(
            () => PromptTokens.FromReferenceIds([7, 7, 7], 7, counts)).Message);
    }

    [Fact]
    public void Prompts_have_the_families_form_and_the_image_token_becomes_a_mark()
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        if (Golden.Cases("llava15") is not [var golden, ..])
        {
            Assert.Skip("this golden folder has no llava15 case");
            return;
        }

        foreach (var file in Directory.GetFiles(golden, "*").Where(f => f.EndsWith("config.json", StringComparison.Ordinal) || f.EndsWith("model.safetensors", StringComparison.Ordinal)))
        {
            File.Copy(file, folder[Path.GetFileName(file)]);
        }

        GoldenTokenizers.CopyTo(folder.Path, "llama2"); // it has no <image> token: the text is taken in pieces
        using (var model = VisionLanguageModel.Load(folder.Path))
        {
            Assert.Equal("USER: <image>\nWhat is this? ASSISTANT:", model.FormatPrompt("What is this?", 1));
            Assert.Equal("USER: What is this? ASSISTANT:", model.FormatPrompt("What is this?", 0));
            Assert.Equal(PromptTokens.InPieces(model.Tokenizer, "a <image> b").Ids, model.Tokenize("a <image> b").Ids);
            Assert.Equal(model.Tokenize("a <image> b").Ids, model.Tokenize("<s>a <image> b").Ids); // one begin token, not two
        }

        TinyModels.Write(folder.Path, "chat_template.json", """
            {"chat_template": "{% for m in messages %}{{ m.role }}:{% for c in m.content %}{% if c.type == 'image' %}<image>;{% else %}{{ c.text }}{% endif %}{% endfor %}{% endfor %}{% if add_generation_prompt %} A:{% endif %}"}
            """);
        using var templated = VisionLanguageModel.Load(folder.Path);
        Assert.Equal("user:<image>;<image>;Why? A:", templated.FormatPrompt("Why?", 2));
    }
}
