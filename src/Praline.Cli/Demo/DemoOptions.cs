namespace Praline.Cli.Demo;

/// <summary>How large the demo is.</summary>
internal sealed record DemoOptions
{
    /// <summary>Videos that preference pairs are built from.</summary>
    public int PreferenceVideos { get; init; } = 96;

    /// <summary>Videos that only evaluation sees.</summary>
    public int HeldOutVideos { get; init; } = 128;

    /// <summary>Candidate captions of a video (the paper's number).</summary>
    public int Candidates { get; init; } = 10;

    /// <summary>Trainings of each method, each with a seed of its own.</summary>
    public int Seeds { get; init; } = 3;

    /// <summary>Passes over the pairs.</summary>
    public int Epochs { get; init; } = 6;

    /// <summary>Rank of the adapters; small, as the captioner is.</summary>
    public int LoraR { get; init; } = 16;

    /// <summary>Learning rate; a small model takes larger steps than the paper's 7B.</summary>
    public double LearningRate { get; init; } = 3e-4;

    /// <summary>Pairs per optimizer step.</summary>
    public int PairsPerStep { get; init; } = 4;

    /// <summary>The longest caption, in tokens: twice what a careful one has.</summary>
    public int MaxNewTokens { get; init; } = 200;

    /// <summary>The demo for a CI machine: everything runs, nothing can be concluded from its numbers.</summary>
    public static DemoOptions Quick { get; } = new() { PreferenceVideos = 8, HeldOutVideos = 8, Candidates = 4, Seeds = 1, Epochs = 2 };
}
