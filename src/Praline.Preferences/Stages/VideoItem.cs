using Praline.Data;
namespace Praline.Preferences;

/// <summary>A video to work on.</summary>
/// <param name="Idx">Its number in the input, from 0.</param>
/// <param name="Name">Its name: the path in the input folder without the ending, unless two files would share it.</param>
/// <param name="Path">Its path relative to the input folder, with <c>/</c>.</param>
/// <param name="Question">What is asked about it; null for the default.</param>
/// <param name="Answer">A known caption; empty where there is none.</param>
/// <param name="Range">The only frames to use; null for all.</param>
public sealed record VideoItem(int Idx, string Name, string Path, string? Question = null, string Answer = "", FrameRange? Range = null);
