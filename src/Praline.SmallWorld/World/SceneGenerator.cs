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
        // How many there are is settled first, or scenes with many would be thrown away more often than others.
        var count = WorldRandom.Derive(seed, "count").PickWeighted(options.ObjectCountWeights) + 1;
        for (var attempt = 0; attempt < 10_000; attempt++)
        {
            var random = WorldRandom.Derive(seed, $"scene/{attempt}");
            if (new SceneDraft(seed, count, options, random).Build() is { } scene)
            {
                return scene;
            }
        }

        throw new ArgumentException($"SceneOptions: no scene without touching shapes found for seed {seed}; ask for fewer objects.");
    }
}
