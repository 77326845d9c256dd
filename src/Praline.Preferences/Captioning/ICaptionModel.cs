namespace Praline.Preferences;

/// <summary>A model that looks at a video and writes about it. Implementations batch what is asked of them at the same time as they like.</summary>
public interface ICaptionModel
{
    /// <summary>
    /// Names the weights, the preprocessing and the prompt layout: two models with the same fingerprint give the same captions. Part of what
    /// a stage's result depends on.
    /// </summary>
    string Fingerprint { get; }

    /// <summary>Decodes and encodes the chosen frames once; everything asked about them shares that. Safe to call from several threads.</summary>
    /// <exception cref="PralineException">The video can't be opened or has no such frames.</exception>
    Task<IVideoContext> EncodeAsync(VideoRequest video, CancellationToken cancellation);
}
