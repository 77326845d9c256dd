namespace Praline.Models.Tests.Checkpoints;

/// <summary>The smallest language model there can be.</summary>
internal static class TinyText
{
    public static void WriteConfig(string folder) => File.WriteAllText(Path.Combine(folder, "config.json"), """
        {"model_type": "llama", "vocab_size": 20, "hidden_size": 8, "intermediate_size": 12, "num_hidden_layers": 2, "num_attention_heads": 2,
         "num_key_value_heads": 1}
        """);
}
