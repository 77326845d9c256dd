namespace Praline.Preferences;

/// <summary>A judge of whether responses follow criteria.</summary>
public interface ICriteriaCheck
{
    /// <summary>All that its verdicts depend on besides the case.</summary>
    string Name { get; }

    /// <summary>Whether a response to a question about an image follows the preferred criteria of the question's guide; null when no verdict could be had.</summary>
    /// <exception cref="StopStageException">No further response can be checked either.</exception>
    Task<bool?> FollowsAsync(string imagePath, EngagementGuide guide, string question, string response, CancellationToken cancellation);
}
