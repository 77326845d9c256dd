using System.Text.Json.Nodes;
using Praline.Models.Checkpoints;
using Praline.Models.Language;

namespace Praline.Models.Multimodal;

/// <summary>The shape of AuroraCap's projector, as <c>projector/config.json</c> gives it.</summary>
public sealed record ProjectorConfig
{
    /// <summary>Width of the vision tower's features.</summary>
    public required int VisualHiddenSize { get; init; }

    /// <summary>Width of the language model.</summary>
    public required int LlmHiddenSize { get; init; }

    /// <summary>Number of linear layers, with an activation between each two.</summary>
    public int Depth { get; init; } = 2;

    /// <summary>Name of the activation.</summary>
    public string HiddenAct { get; init; } = "gelu";

    /// <summary>Whether the linear layers have biases.</summary>
    public bool Bias { get; init; } = true;

    /// <summary>Reads a projector folder's <c>config.json</c>.</summary>
    /// <exception cref="PralineException">The file is missing or a key makes no sense.</exception>
    public static ProjectorConfig Read(string folder)
    {
        var json = ConfigReader.Open(folder);
        var config = new ProjectorConfig
        {
            VisualHiddenSize = json.Int("visual_hidden_size", 4096),
            LlmHiddenSize = json.Int("llm_hidden_size", 4096),
            Depth = json.Int("depth", 2),
            HiddenAct = json.String("hidden_act", "gelu")!,
            Bias = json.Bool("bias", true),
        };
        json.RefuseUnread();
        return Activation.IsKnown(config.HiddenAct)
            ? config
            : throw json.Error("hidden_act", $"expected one of {Activation.Known}, found \"{config.HiddenAct}\".");
    }

    /// <summary>The configuration as <c>config.json</c> holds it.</summary>
    /// <param name="dtype">The type the weights are saved in, such as <c>float16</c>.</param>
    public JsonObject ToJson(string dtype) => new()
    {
        ["architectures"] = new JsonArray("ProjectorModel"),
        ["bias"] = Bias,
        ["depth"] = Depth,
        ["hidden_act"] = HiddenAct,
        ["llm_hidden_size"] = LlmHiddenSize,
        ["model_type"] = "projector",
        ["torch_dtype"] = dtype,
        ["visual_hidden_size"] = VisualHiddenSize,
    };
}
