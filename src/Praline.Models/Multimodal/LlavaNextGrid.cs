using Praline.Media;
using Praline.Models.Vision;

namespace Praline.Models.Multimodal;

/// <summary>Where an image's tokens lie on LLaVA-NeXT's canvas.</summary>
/// <param name="Side">Tokens per side of a tile.</param>
/// <param name="TileRows">Rows of tiles on the canvas.</param>
/// <param name="TileColumns">Columns of tiles on the canvas.</param>
/// <param name="Top">Rows of tokens above the image.</param>
/// <param name="Left">Columns of tokens left of the image.</param>
/// <param name="Rows">Rows of tokens that the image covers.</param>
/// <param name="Columns">Columns of tokens that the image covers.</param>
/// <param name="BaseTokens">Tokens of the whole image's tile.</param>
internal sealed record LlavaNextGrid(int Side, int TileRows, int TileColumns, int Top, int Left, int Rows, int Columns, int BaseTokens)
{
    /// <summary>Tiles in all, the whole image's among them.</summary>
    internal int Tiles => 1 + (TileRows * TileColumns);

    /// <summary>Tokens in all: a newline ends each row.</summary>
    internal int Tokens => BaseTokens + (Rows * (Columns + 1));

    internal static LlavaNextGrid For(LlavaConfig config, VisionTower tower, int height, int width)
    {
        var canvas = LlavaNextImageProcessor.SelectBestResolution((height, width), config.GridPinpoints);
        var side = tower.ImageSize / tower.PatchSize;
        var (tileRows, tileColumns) = (canvas.Height / tower.ImageSize, canvas.Width / tower.ImageSize);
        var (rows, columns) = (tileRows * side, tileColumns * side);
        var (top, left) = (0, 0);

        // The image's extent is cut down here (int), while the image processor rounds it up: the reference does both.
        if ((double)width / height > (double)columns / rows)
        {
            top = (rows - (int)(height * ((double)columns / width))) / 2;
        }
        else
        {
            left = (columns - (int)(width * ((double)rows / height))) / 2;
        }

        return new LlavaNextGrid(side, tileRows, tileColumns, top, left, rows - (2 * top), columns - (2 * left), side * side);
    }
}
