namespace Praline.Preferences;

/// <summary>A model that answers questions about images.</summary>
public interface IImageAnswerer
{
    /// <summary>Names all that answers depend on besides prompt, image and settings: the weights, preprocessing, arithmetic.</summary>
    string Fingerprint { get; }

    /// <summary>Answers. Safe to call from several threads: what is asked at the same time is answered together.</summary>
    /// <exception cref="PralineException">The prompt does not fit the model.</exception>
    /// <exception cref="Media.MediaException">The image can't be read.</exception>
    Task<Caption> AnswerAsync(ImagePrompt prompt, CaptionSettings settings, CancellationToken cancellation);
}
