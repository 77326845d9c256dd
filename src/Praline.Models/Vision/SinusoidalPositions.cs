using Praline.Torch;

namespace Praline.Models.Vision;

/// <summary>
/// Where a fresh vision tower's position embeddings start: sines and cosines of a patch's column and row (as He et al. 2022 fix
/// theirs), so that neighbours look alike from the first step. From random numbers a small tower takes several times as many samples
/// to learn where things are. They are parameters like any other and train on.
/// </summary>
public static class SinusoidalPositions
{
    // About as large as a patch's own embedding, which a fresh patch layer makes of normalised pixels.
    private const double Amplitude = 0.7;

    /// <summary>
    /// The start of an embedding table: a row of zeros for the class token, then the patches row by row. A quarter of the dimensions
    /// each for sin and cos of the column and of the row, from half a wave over the picture up to a quarter of a wave per patch.
    /// </summary>
    /// <param name="grid">Patches per side.</param>
    /// <param name="dimension">Width of the embedding.</param>
    /// <returns>Float32 [grid² + 1, dimension]</returns>
    public static Tensor Create(int grid, int dimension)
    {
        var table = new float[((grid * grid) + 1) * dimension];
        var quarter = dimension / 4;
        for (var row = 0; row < grid; row++)
        {
            for (var column = 0; column < grid; column++)
            {
                var start = (1 + (row * grid) + column) * dimension;
                for (var i = 0; i < quarter; i++)
                {
                    var frequency = Math.PI / grid * Math.Pow(grid / 2.0, quarter > 1 ? i / (quarter - 1.0) : 0);
                    table[start + i] = (float)(Amplitude * Math.Sin(frequency * column));
                    table[start + quarter + i] = (float)(Amplitude * Math.Cos(frequency * column));
                    table[start + (2 * quarter) + i] = (float)(Amplitude * Math.Sin(frequency * row));
                    table[start + (3 * quarter) + i] = (float)(Amplitude * Math.Cos(frequency * row));
                }
            }
        }

        return Tensor.From<float>(table, (grid * grid) + 1, dimension);
    }
}
