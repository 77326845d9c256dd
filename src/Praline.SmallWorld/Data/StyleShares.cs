namespace Praline.SmallWorld;

/// <summary>How often each style of annotator is met (relative weights).</summary>
public sealed record StyleShares(double Careful, double Terse, double Careless)
{
    /// <summary>Draws a style.</summary>
    public CaptionStyle Pick(WorldRandom random) => (CaptionStyle)random.PickWeighted([Careful, Terse, Careless]);
}
