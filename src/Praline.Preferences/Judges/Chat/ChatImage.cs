namespace Praline.Preferences;

/// <summary>An image file in memory.</summary>
/// <param name="MediaType">Such as <c>image/png</c>.</param>
/// <param name="Data">The file's bytes.</param>
public sealed record ChatImage(string MediaType, ReadOnlyMemory<byte> Data);
