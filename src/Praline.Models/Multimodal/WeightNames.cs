namespace Praline.Models.Multimodal;

/// <summary>
/// The same weights under the names of several transformers versions: 4.46 writes <c>language_model.model.layers…</c> and
/// <c>visual.blocks…</c>, later ones <c>model.language_model.layers…</c> and <c>model.visual.blocks…</c>. Models ask by 4.46's names.
/// </summary>
internal static class WeightNames
{
    /// <summary>Maps a name that a model asks for to the checkpoint's name for it: the first alias that is there, else the name itself.</summary>
    internal static Func<string, string> Resolver(IReadOnlyCollection<string> names)
    {
        var known = names.ToHashSet(StringComparer.Ordinal);
        return name => known.Contains(name) ? name : Aliases(name).FirstOrDefault(known.Contains) ?? name;
    }

    private static IEnumerable<string> Aliases(string name)
    {
        const string inner = "language_model.model.", head = "language_model.lm_head.";
        if (name.StartsWith(inner, StringComparison.Ordinal))
        {
            yield return $"model.language_model.{name[inner.Length..]}";
            yield return $"language_model.{name[inner.Length..]}";
            yield return $"model.{name}";
        }
        else if (name.StartsWith(head, StringComparison.Ordinal))
        {
            yield return name["language_model.".Length..];
            yield return $"model.{name}";
        }
        else if (name.StartsWith("model.", StringComparison.Ordinal))
        {
            yield return $"model.language_model.{name["model.".Length..]}";
        }
        else
        {
            yield return $"model.{name}";
        }
    }
}
