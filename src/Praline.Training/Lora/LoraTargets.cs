using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Praline.Training.Lora;

/// <summary>Which modules a configuration adapts and with what rank, by PEFT's rules.</summary>
internal static class LoraTargets
{
    private static readonly ConcurrentDictionary<string, Regex> Known = new(StringComparer.Ordinal);

    internal static bool Matches(LoraConfig config, string module, bool isOutputHead)
    {
        var named = config switch
        {
            { TargetIsPattern: true } => IsMatch(module, $"^(?:{config.TargetModules[0]})$"),
            { TargetModules: ["all-linear"] } => !isOutputHead,
            _ => config.TargetModules.Any(target => module == target || module.EndsWith($".{target}", StringComparison.Ordinal)),
        };
        return named && !Excluded(config, module) && (config.LayersToTransform is not { } layers || (LayerOf(config, module) is { } layer && layers.Contains(layer)));
    }

    /// <summary>Refuses patterns that are no regular expressions.</summary>
    internal static void RequirePatterns(LoraConfig config, string where)
    {
        string[] patterns =
        [
            .. config.TargetIsPattern ? config.TargetModules.Take(1) : [], .. config.ExcludeIsPattern ? config.ExcludeModules.Take(1) : [], .. config.ModulesToSave,
            .. config.RankPattern.Keys, .. config.AlphaPattern.Keys,
        ];
        foreach (var pattern in patterns)
        {
            try
            {
                _ = Compiled($"(?:{pattern})");
            }
            catch (ArgumentException error)
            {
                throw new PralineException($"{where}: '{pattern}' is no regular expression ({error.Message}).", error);
            }
        }
    }

    /// <summary>
    /// Patterns come from files that others wrote. The engine without backtracking takes time in proportion to the name; the few patterns that it can't do
    /// (look-around, back-references) have a second.
    /// </summary>
    private static bool IsMatch(string module, string pattern)
    {
        try
        {
            return Known.GetOrAdd(pattern, Compiled).IsMatch(module);
        }
        catch (ArgumentException error)
        {
            throw new PralineException($"'{pattern}', which chooses the adapter's modules, is no regular expression ({error.Message}).", error);
        }
        catch (RegexMatchTimeoutException error)
        {
            throw new PralineException($"The pattern '{pattern}', which chooses the adapter's modules, takes more than a second for the name {module}: write it without nested repetitions.", error);
        }
    }

    private static Regex Compiled(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (NotSupportedException)
        {
            return new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>What is excluded, or trained whole.</summary>
    private static bool Excluded(LoraConfig config, string module) =>
        (config.ExcludeIsPattern
            ? IsMatch(module, $"^(?:{config.ExcludeModules[0]})$")
            : config.ExcludeModules.Any(name => module == name || module.EndsWith($".{name}", StringComparison.Ordinal)))
        || config.ModulesToSave.Any(name => IsMatch(module, $@"^(?:.*\.)?{name}(?:$|\.)"));

    internal static int Rank(LoraConfig config, string module) => Lookup(config.RankPattern, module) ?? config.R;

    internal static double Scaling(LoraConfig config, string module)
    {
        var alpha = Lookup(config.AlphaPattern, module) ?? config.LoraAlpha;
        var rank = Rank(config, module);
        return alpha / (config.UseRslora ? Math.Sqrt(rank) : rank);
    }

    /// <summary>The number of the layer that a module is in: by PEFT's <c>layers_pattern</c>, or the last number in its name that follows two names.</summary>
    private static int? LayerOf(LoraConfig config, string module)
    {
        var patterns = config.LayersPattern.Count == 0 ? ["[^.]*"] : config.LayersPattern;
        return patterns.Select(pattern => Regex.Match(module, $@"^.*\.{pattern}\.(\d+)\.")).FirstOrDefault(match => match.Success) is { } match
            ? int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)
            : null;
    }

    private static T? Lookup<T>(IReadOnlyDictionary<string, T> pattern, string module)
        where T : struct
    {
        foreach (var (key, value) in pattern)
        {
            if (IsMatch(module, $@"^(?:.*\.)?(?:{key})$"))
            {
                return value;
            }
        }

        return null;
    }
}
