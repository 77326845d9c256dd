namespace Praline.SmallWorld;

/// <summary>What kind of images are made.</summary>
public sealed record ImageSceneOptions
{
    /// <summary>Width and height in pixels, 16 to 4096.</summary>
    public int Size { get; init; } = 96;

    /// <summary>How often an image has one, two, … objects (relative weights, at most five).</summary>
    public IReadOnlyList<double> ObjectCountWeights { get; init; } = [0.1, 0.25, 0.3, 0.25, 0.1];

    /// <summary>How often an object takes the shape or the colour of an earlier one, which makes "the circle" ambiguous.</summary>
    public double AlikeShare { get; init; } = 0.45;

    /// <summary>The values that can't work, each with what to do.</summary>
    /// <exception cref="ArgumentException">When a value is out of range.</exception>
    public void Validate()
    {
        if (Size is < 16 or > 4096)
        {
            throw new ArgumentException($"ImageSceneOptions: Size must be 16 to 4096 pixels, found {Size}.");
        }

        if (ObjectCountWeights.Count is < 1 or > 5 || ObjectCountWeights.Any(w => w < 0) || ObjectCountWeights.Sum() <= 0)
        {
            throw new ArgumentException("ImageSceneOptions: ObjectCountWeights must be one to five weights, not all 0.");
        }

        if (AlikeShare is < 0 or > 1)
        {
            throw new ArgumentException($"ImageSceneOptions: AlikeShare must be 0 to 1, found {AlikeShare}.");
        }
    }
}
