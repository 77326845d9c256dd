namespace Praline.Preferences;

/// <summary>The two sides of an imagined pair.</summary>
public enum ImaginedSide
{
    /// <summary>The response follows the criteria for preferred responses.</summary>
    Preferred,

    /// <summary>The response follows the criteria for rejected responses.</summary>
    Rejected,
}
