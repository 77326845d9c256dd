namespace Praline.SmallWorld;

/// <summary>One shape of an image.</summary>
/// <param name="Subject">Its colour and shape; no two of an image are the same.</param>
/// <param name="Size">Its size.</param>
/// <param name="Place">The cell that it is in.</param>
/// <param name="X">Its centre, in frame widths.</param>
/// <param name="Y">Its centre, in frame widths.</param>
public sealed record ImageObject(Subject Subject, ShapeSize Size, Place Place, double X, double Y);
