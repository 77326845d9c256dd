namespace Praline.Preferences;

/// <summary>Something to answer about an image.</summary>
/// <param name="ImagePath">The image's file.</param>
/// <param name="Text">What is asked, without image tokens and without the chat template.</param>
/// <param name="Seed">Where its random stream begins (see <see cref="Seeds"/>); without effect when greedy.</param>
public sealed record ImagePrompt(string ImagePath, string Text, ulong Seed);
