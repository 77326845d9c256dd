namespace Praline.Cli.Demo;

/// <summary>How large the MACAROON demo is.</summary>
internal sealed record MacaroonDemoOptions
{
    /// <summary>Images that preferences are imagined on.</summary>
    public int PreferenceImages { get; init; } = 240;

    /// <summary>Images that only evaluation sees.</summary>
    public int HeldOutImages { get; init; } = 150;

    /// <summary>Engaging questions for each image, and plain ones for general ability.</summary>
    public int QuestionsPerImage { get; init; } = 2;

    /// <summary>Passes over the data.</summary>
    public int Epochs { get; init; } = 3;

    /// <summary>Learning rate of the adapters; a small model takes larger steps than the paper's 7B.</summary>
    public double LearningRate { get; init; } = 4e-3;

    /// <summary>DPO's learning rate: it trains whole layers, which take smaller steps than adapters.</summary>
    public double DpoLearningRate { get; init; } = 3e-4;

    /// <summary>The language model's last layers that DPO trains: half of the small model's, where the paper trains 10 of 32.</summary>
    public int DpoLayers { get; init; } = 2;

    /// <summary>Rows per optimizer step.</summary>
    public int RowsPerStep { get; init; } = 16;

    /// <summary>The longest response, in tokens.</summary>
    public int MaxNewTokens { get; init; } = 80;

    /// <summary>The demo for a CI machine: everything runs, nothing can be concluded from its numbers.</summary>
    public static MacaroonDemoOptions Quick { get; } = new() { PreferenceImages = 24, HeldOutImages = 18, Epochs = 1 };
}
