namespace Praline.Media;

/// <summary>What a decoder found wrong; <see cref="ImageFile"/> adds the file's name and the remedy.</summary>
internal sealed class ImageFormatException(string found, Exception? inner = null) : Exception(found, inner);
