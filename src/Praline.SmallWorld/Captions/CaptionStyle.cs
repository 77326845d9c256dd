namespace Praline.SmallWorld;

/// <summary>How an annotator works.</summary>
public enum CaptionStyle
{
    /// <summary>Everything that can be seen, all of it right.</summary>
    Careful,

    /// <summary>All right, but much is left out.</summary>
    Terse,

    /// <summary>Some is left out, some is wrong, some is made up.</summary>
    Careless,
}
