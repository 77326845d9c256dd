namespace Praline.Models.Multimodal;

/// <summary>The extent of an image's or a video's tokens, for positions in three dimensions.</summary>
/// <param name="Time">Steps in time; 1 for an image.</param>
/// <param name="Height">Rows of tokens.</param>
/// <param name="Width">Columns of tokens.</param>
/// <param name="SecondsPerStep">Seconds from one step in time to the next; 0 for an image.</param>
public sealed record VisionGrid(int Time, int Height, int Width, double SecondsPerStep = 0)
{
    /// <summary>Tokens in all.</summary>
    public int Count => Time * Height * Width;
}
