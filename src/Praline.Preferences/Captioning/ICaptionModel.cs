namespace Praline.Preferences;

/// <summary>A model that looks at a video and writes about it.</summary>
public interface ICaptionModel
{
    /// <summary>
    /// Names the weights, the preprocessing, the prompt layout and the arithmetic: two models with the same fingerprint give the same captions. Part
    /// of what a stage's result depends on.
    /// </summary>
    string Fingerprint { get; }

    /// <summary>Decodes and encodes the chosen frames once; everything asked about them shares that. Safe to call from several threads.</summary>
    /// <exception cref="PralineException">The video can't be opened or has no such frames.</exception>
    Task<IVideoContext> EncodeAsync(VideoRequest video, CancellationToken cancellation);

    /// <summary>
    /// One caption for each request, in order; all of them decode as one batch, and what prompts about the same video begin with is computed once. A
    /// caption depends on the requests of its call and on nothing else: not on other calls, nor on when they come. Safe to call from several threads.
    /// </summary>
    Task<IReadOnlyList<Caption>> CaptionAsync(IReadOnlyList<CaptionRequest> requests, CaptionSettings settings, CancellationToken cancellation);
}
