using Praline.Models.Vision;
using Praline.Testing;
using Praline.Torch;
using Praline.Torch.Nn;
using Praline.Torch.Serialization;

namespace Praline.Models.Tests.Vision;

/// <summary>CLIP's tower against Hugging Face's CLIPVisionModel (tests/golden/clip_vision).</summary>
public class ClipVisionGoldenTests
{
    public static TheoryData<string> Cases => Golden.CaseNames("clip_vision");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Equals_the_reference(string name)
    {
        Assert.SkipWhen(Golden.IsNone(name), "this golden folder has no such case");

        using var golden = new GoldenCase("clip_vision", name);
        using var source = CheckpointSource.Open(golden.Folder);
        using var store = new ParameterStore(source) { MayIgnore = ClipVisionModel.MayIgnore };
        var model = new ClipVisionModel(store.Root, ClipVisionConfig.Read(golden.Folder));
        store.Verify();
        foreach (var parameter in store.Parameters.Values)
        {
            parameter.RequiresGrad = true;
        }

        var pixels = golden.Input("pixel_values");
        pixels.RequiresGrad = true;
        var result = model.Forward(pixels);

        foreach (var key in golden.ExpectedNames.Where(n => n.StartsWith("hidden_states.", StringComparison.Ordinal)))
        {
            golden.Close(key, result.HiddenStates[int.Parse(key["hidden_states.".Length..])]);
        }

        golden.Close("last_hidden_state", result.LastHiddenState);
        golden.Close("pooler_output", result.PoolerOutput!);
        var features = model.HiddenState(pixels, -2);
        var terms = features * golden.Input("grad_probe_weight");
        golden.CloseSum("grad_probe_loss", terms);
        terms.Sum().Backward();
        golden.CloseGradients(parameter => parameter == "pixel_values" ? pixels : store.Parameters.GetValueOrDefault(parameter));
        Assert.Equal(result.LastHiddenState.Size(1) - 1, model.TokenCount((int)pixels.Size(2), (int)pixels.Size(3)));
    }
}
