namespace Praline.Preferences;

/// <summary>One caption to write.</summary>
/// <param name="Video">The encoded frames.</param>
/// <param name="Prompt">What is asked, without image tokens and without the chat template.</param>
/// <param name="Seed">Where its random stream begins (see <see cref="Seeds"/>); without effect when greedy.</param>
public sealed record CaptionRequest(IVideoContext Video, string Prompt, ulong Seed);
