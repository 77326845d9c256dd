namespace Praline.Preferences;

/// <summary>Scores the candidate captions of a video.</summary>
public interface IJudge
{
    /// <summary>The judge's name in files and reports.</summary>
    string Name { get; }

    /// <summary>All that its scores depend on besides the case. Part of what the stage's result depends on.</summary>
    string Fingerprint { get; }

    /// <summary>Whether what it is asked twice costs only once: its answers are stored.</summary>
    bool KeepsAnswers => false;

    /// <summary>
    /// Scores all candidates of a video. A score that can't be had is <see cref="Judgement.Unscored"/>. Safe to call from several threads.
    /// </summary>
    /// <exception cref="StopStageException">No further case can be judged either: the key expired, the model is not there.</exception>
    Task<VideoJudgements> JudgeAsync(JudgeCase video, CancellationToken cancellation);
}
