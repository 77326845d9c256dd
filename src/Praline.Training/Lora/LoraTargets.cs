using System.Text.RegularExpressions;

namespace Praline.Training.Lora;

/// <summary>Which modules a configuration adapts and with what rank, by PEFT's rules.</summary>
internal static class LoraTargets
{
    internal static bool Matches(LoraConfig config, string module, bool isOutputHead)
    {
        var named = config switch
        {
            { TargetIsPattern: true } => Regex.IsMatch(module, $"^(?:{config.TargetModules[0]})$"),
            { TargetModules: ["all-linear"] } => !isOutputHead,
            _ => config.TargetModules.Any(target => module == target || module.EndsWith($".{target}", StringComparison.Ordinal)),
        };
        return named && !Excluded(config, module) && (config.LayersToTransform is not { } layers || (LayerOf(module) is { } layer && layers.Contains(layer)));
    }

    /// <summary>What is excluded, or trained whole.</summary>
    private static bool Excluded(LoraConfig config, string module) =>
        (config.ExcludeIsPattern
            ? Regex.IsMatch(module, $"^(?:{config.ExcludeModules[0]})$")
            : config.ExcludeModules.Any(name => module == name || module.EndsWith($".{name}", StringComparison.Ordinal)))
        || config.ModulesToSave.Any(name => Regex.IsMatch(module, $@"^(?:.*\.)?{name}(?:$|\.)"));

    internal static int Rank(LoraConfig config, string module) => Lookup(config.RankPattern, module) ?? config.R;

    internal static double Scaling(LoraConfig config, string module)
    {
        var alpha = Lookup(config.AlphaPattern, module) ?? config.LoraAlpha;
        var rank = Rank(config, module);
        return alpha / (config.UseRslora ? Math.Sqrt(rank) : rank);
    }

    /// <summary>The number of the layer that a module is in: the first number in its name.</summary>
    private static int? LayerOf(string module)
    {
        foreach (var part in module.Split('.'))
        {
            if (int.TryParse(part, out var number))
            {
                return number;
            }
        }

        return null;
    }

    private static T? Lookup<T>(IReadOnlyDictionary<string, T> pattern, string module)
        where T : struct
    {
        foreach (var (key, value) in pattern)
        {
            if (Regex.IsMatch(module, $@"^(?:.*\.)?(?:{key})$"))
            {
                return value;
            }
        }

        return null;
    }
}
