namespace Praline.Models.Multimodal;

/// <summary>
/// The same weights under the names of several transformers versions: 4.46 writes <c>language_model.model.layers…</c>,
/// <c>visual.blocks…</c> and <c>vision_tower.vision_model.encoder…</c>, later ones <c>model.language_model.layers…</c> and
/// <c>model.visual.blocks…</c>, version 5 <c>vision_tower.encoder…</c>. Models ask by 4.46's names.
/// </summary>
public static class WeightNames
{
    private const string Inner = "language_model.model.", Head = "language_model.lm_head.", Tower = "vision_model.";

    /// <summary>Maps a name that a model asks for to the checkpoint's name for it: the first alias that is there, else the name itself.</summary>
    public static Func<string, string> Resolver(IReadOnlyCollection<string> names)
    {
        var known = names.ToHashSet(StringComparer.Ordinal);
        return name => known.Contains(name) ? name : Aliases(name).FirstOrDefault(known.Contains) ?? name;
    }

    private static IEnumerable<string> Aliases(string name)
    {
        if (name.StartsWith(Inner, StringComparison.Ordinal))
        {
            return [$"model.language_model.{name[Inner.Length..]}", $"language_model.{name[Inner.Length..]}", $"model.{name}"];
        }

        if (name.StartsWith(Head, StringComparison.Ordinal))
        {
            return [name["language_model.".Length..], $"model.{name}"];
        }

        if (name.StartsWith("model.", StringComparison.Ordinal))
        {
            return [$"model.language_model.{name["model.".Length..]}"];
        }

        var flat = name.Replace(Tower, "", StringComparison.Ordinal);
        return [$"model.{name}", flat, $"model.{flat}"];
    }
}
