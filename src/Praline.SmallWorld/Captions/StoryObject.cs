namespace Praline.SmallWorld;

/// <summary>What is said of an object that is there from the start; null is left unsaid.</summary>
/// <param name="Subject">Which object.</param>
/// <param name="Size">Its size.</param>
/// <param name="Place">Where it is at first.</param>
/// <param name="Motion">How it moves at first; still when it never moves.</param>
public sealed record StoryObject(Subject Subject, ShapeSize? Size = null, Place? Place = null, Motion? Motion = null);
