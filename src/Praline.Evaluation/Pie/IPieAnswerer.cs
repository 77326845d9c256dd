namespace Praline.Evaluation;

/// <summary>A model that answers questions about images.</summary>
public interface IPieAnswerer
{
    /// <summary>All that its answers depend on besides question and image: weights, prompt, decoding.</summary>
    string Fingerprint { get; }

    /// <summary>Answers a question.</summary>
    /// <param name="question">The question.</param>
    /// <param name="index">Its place in its file, from 0: part of its random stream.</param>
    /// <param name="imagePath">The image's file.</param>
    /// <param name="cancellation">Stops the work.</param>
    Task<string> AnswerAsync(string question, int index, string imagePath, CancellationToken cancellation);
}
