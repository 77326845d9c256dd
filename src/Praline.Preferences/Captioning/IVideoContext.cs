namespace Praline.Preferences;

/// <summary>The encoded frames of one video or clip, ready to be asked about.</summary>
public interface IVideoContext : IDisposable
{
    /// <summary>The whole video's length in seconds.</summary>
    double Duration { get; }

    /// <summary>
    /// One caption for each request, in order. Each depends on the frames, its own prompt and seed and the settings alone, not on what is asked beside
    /// it. Equal prompts share their prefill.
    /// </summary>
    Task<IReadOnlyList<Caption>> CaptionAsync(
        IReadOnlyList<CaptionRequest> requests, CaptionSettings settings, CancellationToken cancellation);
}
