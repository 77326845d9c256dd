namespace Praline.SmallWorld;

/// <summary>Makes scenes. The same seed and options give the same scene on every machine and runtime.</summary>
public static class SceneGenerator
{
    /// <summary>The scene of a seed.</summary>
    /// <exception cref="ArgumentException">When the options can't work.</exception>
    public static Scene Create(ulong seed, SceneOptions? options = null)
    {
        options ??= new SceneOptions();
        options.Validate();
        // A draft in which shapes would touch is thrown away: whoever watches must be able to tell them apart.
        var sizes = Sizes(seed, options.ObjectCountWeights);
        for (var attempt = 0; attempt < 10_000; attempt++)
        {
            var random = WorldRandom.Derive(seed, $"scene/{attempt}");
            if (new SceneDraft(seed, sizes, options, random).Build() is { } scene)
            {
                return scene;
            }
        }

        throw new ArgumentException($"SceneOptions: no scene without touching shapes found for seed {seed}; ask for fewer objects.");
    }

    /// <summary>
    /// How many objects a scene has and how large they are. Settled before anything is drafted, or scenes with many large ones, which
    /// touch more often, would be rarer than asked for.
    /// </summary>
    internal static IReadOnlyList<ShapeSize> Sizes(ulong seed, IReadOnlyList<double> countWeights)
    {
        var random = WorldRandom.Derive(seed, "sizes");
        var count = random.PickWeighted(countWeights) + 1;
        return [.. Enumerable.Range(0, count).Select(_ => random.Chance(0.5) ? ShapeSize.Small : ShapeSize.Large)];
    }
}
