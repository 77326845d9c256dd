namespace Praline.SmallWorld;

/// <summary>What a statement is about: the only object of that colour and shape. Its colour is the one it has when first seen.</summary>
public sealed record Subject(WorldColor Color, Shape Shape)
{
    /// <summary>For example "red circle".</summary>
    public override string ToString() => $"{Words.Of(Color)} {Words.Of(Shape)}";
}
