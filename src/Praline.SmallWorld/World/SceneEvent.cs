namespace Praline.SmallWorld;

/// <summary>One thing that happens.</summary>
/// <param name="Frame">The first frame that shows the change.</param>
/// <param name="Object">Index into <see cref="Scene.Objects"/>.</param>
/// <param name="Kind">What happens.</param>
/// <param name="Color">The new colour of a colour change, else null.</param>
/// <param name="Motion">The motion that starts or stops, else null.</param>
public sealed record SceneEvent(int Frame, int Object, EventKind Kind, WorldColor? Color = null, Motion? Motion = null);
