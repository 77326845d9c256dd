using Praline.Torch;

namespace Praline.Models.Generation;

/// <summary>A prompt, or an ending of one, as the model takes it. Belongs to the scope it was made in.</summary>
/// <param name="Embeddings">[T, D], on the model's device and of its type</param>
/// <param name="Positions">Int64 [T] or [3, T]</param>
/// <param name="NextPosition">The position of what follows.</param>
internal sealed record PromptPiece(Tensor Embeddings, Tensor Positions, long NextPosition)
{
    /// <summary>Tokens.</summary>
    internal int Length => (int)Embeddings.Size(0);

    /// <summary>Pieces one behind the other, positions in three rows if those of any are.</summary>
    internal static (Tensor Embeddings, Tensor Positions) Concat(IReadOnlyList<PromptPiece> pieces)
    {
        var three = pieces.Any(piece => piece.Positions.Dim == 2);
        return (
            Tensor.Cat([.. pieces.Select(piece => piece.Embeddings)]),
            Tensor.Cat([.. pieces.Select(p => three && p.Positions.Dim == 1 ? p.Positions.Unsqueeze(0).Expand(3, p.Length) : p.Positions)], -1));
    }
}
