namespace Praline.SmallWorld;

/// <summary>One thing that is said to happen; null is left unsaid.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="Subject">To which object, by its first colour.</param>
/// <param name="Size">Of an object that appears.</param>
/// <param name="Place">Where an object appears.</param>
/// <param name="Motion">How an object that appears or starts then moves.</param>
/// <param name="Color">The new colour of a change.</param>
public sealed record StoryEvent(
    EventKind Kind,
    Subject Subject,
    ShapeSize? Size = null,
    Place? Place = null,
    Motion? Motion = null,
    WorldColor? Color = null)
{
    /// <summary>The event alone, as a fact.</summary>
    public Fact Fact => Fact.Event(Subject, Kind, Color);
}
