namespace Praline.Preferences;

/// <summary>One message of a conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c> or <c>assistant</c>.</param>
/// <param name="Text">What is said.</param>
/// <param name="Images">What is shown with it.</param>
public sealed record ChatTurn(string Role, string Text, IReadOnlyList<ChatImage>? Images = null);
