namespace Praline.Models.Language;

/// <summary>Weights of decoder layers that are there only while a layer is computed: parts of them lie on several ranks.</summary>
public interface ILayerWeights
{
    /// <summary>Puts a layer's weights in place; disposing takes them away again.</summary>
    /// <param name="layer">The layer, from 0.</param>
    /// <param name="next">
    /// The layer that will be used after this one, whose weights are fetched while this one is computed (the same: they stay); null when none is known.
    /// </param>
    IDisposable Use(int layer, int? next = null);

    /// <summary>This rank needs no layer for now: helps the others with theirs until none needs one.</summary>
    void Settle();
}
