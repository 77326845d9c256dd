namespace Praline.Evaluation;

/// <summary>What a judge replied.</summary>
/// <param name="Text">Its words; empty when there are none.</param>
/// <param name="CutOff">Whether the token limit ended it.</param>
/// <param name="Failure">Why there is no reply, when the judge could not be had this time; another start may ask again.</param>
public sealed record PieReply(string Text, bool CutOff = false, string? Failure = null);
