namespace Praline.Evaluation;

/// <summary>A judge that sees an image, a question and an answer, and replies in words; the verdict is read out of them.</summary>
public interface IPieJudge
{
    /// <summary>All that its replies depend on besides the case.</summary>
    string Fingerprint { get; }

    /// <summary>Asks the judge once. Safe to call from several threads.</summary>
    /// <exception cref="Praline.Preferences.StopStageException">No further case can be judged either.</exception>
    Task<PieReply> AskAsync(PieCase pieCase, CancellationToken cancellation);
}
