using System.Reflection;

namespace Praline.Training.Configuration;

/// <summary>Options as flat names and values, as configs and run folders have them.</summary>
internal static class FlatSettings
{
    /// <summary>What SynPO's scripts call the settings of <see cref="Media.FrameSampling"/>.</summary>
    private static readonly Dictionary<string, string> Papers = new(StringComparer.Ordinal)
    {
        [nameof(Media.FrameSampling.MinFrames)] = "min_frm",
        [nameof(Media.FrameSampling.MaxFrames)] = "max_frm",
        [nameof(Media.FrameSampling.FramesPerSecond)] = "fps_frm",
        [nameof(Media.FrameSampling.SampledFrames)] = "sampled_frm",
    };

    /// <summary>All settings of the options and of the option records inside them, by their names in snake case.</summary>
    internal static Dictionary<string, object?> Of(TrainOptions options)
    {
        var flat = new Dictionary<string, object?>(StringComparer.Ordinal);
        Add(flat, options, "");
        return flat;
    }

    /// <summary>A property's flat name: <c>lora_r</c>, but <c>lora_alpha</c> as it is.</summary>
    internal static string NameOf(PropertyInfo property, string prefix)
    {
        var own = Papers.GetValueOrDefault(property.Name) ?? SnakeCase.Of(property.Name);
        return own.StartsWith(prefix, StringComparison.Ordinal) ? own : prefix + own;
    }

    /// <summary>The types of all settings by the same names.</summary>
    internal static IEnumerable<KeyValuePair<string, Type>> Types(object record, string prefix = "") =>
        record.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite).SelectMany(property =>
            property.GetValue(record) is { } value && OptionsBinder.InnerPrefix(value) is { } inner
                ? Types(value, inner)
                : [KeyValuePair.Create(NameOf(property, prefix), property.PropertyType)]);

    private static void Add(Dictionary<string, object?> flat, object record, string prefix)
    {
        foreach (var property in record.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite))
        {
            var value = property.GetValue(record);
            if (value is not null && OptionsBinder.InnerPrefix(value) is { } inner)
            {
                Add(flat, value, inner);
            }
            else
            {
                flat[NameOf(property, prefix)] = value;
            }
        }
    }
}
