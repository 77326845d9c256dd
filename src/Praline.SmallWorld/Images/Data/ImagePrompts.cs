namespace Praline.SmallWorld;

/// <summary>The prompts around image questions. The small world has none of its own: they are those of the pipeline.</summary>
/// <param name="WithCriteria">Asks for an answer by criteria; holds <c>{{criteria}}</c> and <c>{{question}}</c>.</param>
/// <param name="Describe">Asks for a description of the image.</param>
/// <param name="Guides">The criteria of each of the six engaging types.</param>
public sealed record ImagePrompts(string WithCriteria, string Describe, IReadOnlyList<QuestionGuide> Guides)
{
    /// <summary>The guide of a type.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public QuestionGuide Guide(QuestionType type) => Guides.FirstOrDefault(g => g.Type == type)
        ?? throw new ArgumentException($"There is no guide to {type.PieName()} questions.", nameof(type));

    /// <summary>The question with criteria for its answer.</summary>
    /// <exception cref="ArgumentException">When the prompt has no place for them.</exception>
    public string Fill(string criteria, string question)
    {
        foreach (var part in (string[])["{{criteria}}", "{{question}}"])
        {
            if (!WithCriteria.Contains(part, StringComparison.Ordinal))
            {
                throw new ArgumentException($"A prompt with criteria must hold {part}, found: {WithCriteria}");
            }
        }

        return WithCriteria.Replace("{{criteria}}", criteria, StringComparison.Ordinal).Replace("{{question}}", question, StringComparison.Ordinal);
    }
}
