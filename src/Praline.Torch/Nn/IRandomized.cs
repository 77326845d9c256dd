namespace Praline.Torch.Nn;

/// <summary>Something that draws random numbers when it runs, and so must be rewound to run the same way a second time.</summary>
public interface IRandomized
{
    /// <summary>Where the numbers come from; null when none are drawn.</summary>
    Generator? Generator { get; }
}
