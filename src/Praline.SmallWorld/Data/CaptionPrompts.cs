namespace Praline.SmallWorld;

/// <summary>The questions that captions answer. The small world has none of its own: they are those of the pipeline.</summary>
/// <param name="Full">For a whole video.</param>
/// <param name="Clip">For a clip.</param>
/// <param name="Retrospective">For a better caption than a draft, whole video; holds <c>{{draft}}</c>.</param>
/// <param name="ClipRetrospective">The same for a clip; null: <paramref name="Retrospective"/>.</param>
public sealed record CaptionPrompts(string Full, string Clip, string Retrospective, string? ClipRetrospective = null)
{
    /// <summary>The question that shows a draft and asks for better.</summary>
    /// <exception cref="ArgumentException">When the prompt has no place for the draft.</exception>
    public string WithDraft(string draft, bool clip)
    {
        var prompt = clip ? ClipRetrospective ?? Retrospective : Retrospective;
        return prompt.Contains("{{draft}}", StringComparison.Ordinal)
            ? prompt.Replace("{{draft}}", draft, StringComparison.Ordinal)
            : throw new ArgumentException($"A retrospective prompt must hold {{{{draft}}}}, found: {prompt}");
    }
}
