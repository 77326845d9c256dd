using Praline.Media;
using System.Collections;
using System.Reflection;
using Praline.Training.Data;
using Praline.Training.Engine;
using Praline.Training.Lora;
using Praline.Training.Objectives;
using Praline.Training.Objectives.Dpo;

namespace Praline.Training.Configuration;

/// <summary>
/// Puts settings, by their flat names in snake case (<c>learning_rate</c>, <c>lora_r</c>, <c>max_frm</c>…), into <see cref="TrainOptions"/>.
/// Command-line options, YAML files and run folders all use these names.
/// </summary>
public static class OptionsBinder
{
    /// <summary>Every name of an option, without the settings of objectives.</summary>
    public static IReadOnlyCollection<string> Names => [.. Defaults.Keys];

    /// <summary>Every option's default by its name, without the settings of objectives.</summary>
    public static IReadOnlyDictionary<string, object?> Defaults { get; } = FlatSettings.Of(new TrainOptions());

    /// <summary>The settings of objectives by name: the methods that have each, with the method's default.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<(string Method, object? Default)>> OfObjectives { get; } =
        (from method in ObjectiveRegistry.Names.Except(DpoLossTypes.Names)
         from setting in ObjectiveRegistry.Settings(ObjectiveRegistry.Create(method))
         group (method, setting.Value) by setting.Key).ToDictionary(group => group.Key, group => (IReadOnlyList<(string, object?)>)[.. group], StringComparer.Ordinal);

    /// <summary>Every method, the supervised ones among them.</summary>
    public static IReadOnlyCollection<string> Methods { get; } = [.. ObjectiveRegistry.Names, "sft", "crl", "multiturn"];

    /// <summary>The names whose values are lists or names with values, whatever their defaults.</summary>
    public static IReadOnlySet<string> Lists { get; } =
        FlatSettings.Types(new TrainOptions())
            .Concat(ObjectiveRegistry.Names.SelectMany(name => ObjectiveRegistry.Types(ObjectiveRegistry.Create(name))))
            .Where(setting => setting.Value != typeof(string) && setting.Value.IsAssignableTo(typeof(IEnumerable)))
            .Select(setting => setting.Key).ToHashSet(StringComparer.Ordinal);

    /// <summary>The options with the settings in place. A setting of the chosen method's objective may be given by its plain name too.</summary>
    /// <param name="options">What to start from.</param>
    /// <param name="settings">Values: numbers, texts, truth values, lists, dictionaries.</param>
    /// <param name="where">Where they come from, for messages: a file's name.</param>
    /// <exception cref="PralineException">A name is not known (the message names the nearest), or a value does not fit.</exception>
    public static TrainOptions Apply(TrainOptions options, IReadOnlyDictionary<string, object?> settings, string where)
    {
        var method = settings.TryGetValue("method", out var given) ? Convert.ToString(given)! : options.Method;
        var ofObjective = ObjectiveSettings(method);
        var objective = new Dictionary<string, object?>(method == options.Method ? options.Objective : new Dictionary<string, object?>());
        var plain = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in settings)
        {
            if (Names.Contains(name))
            {
                plain[name] = value;
            }
            else if (ofObjective.Contains(name))
            {
                objective[name] = value;
            }
            else
            {
                throw new PralineException($"{where}: there is no setting '{name}'{NearestName.Hint(name, Names.Concat(ofObjective))}.");
            }
        }

        if (plain.TryGetValue("objective", out var nested) && nested is IReadOnlyDictionary<string, object?> more)
        {
            foreach (var (name, value) in more)
            {
                objective[name] = value;
            }
        }

        plain["objective"] = objective;
        return (TrainOptions)Bind(options, plain, "", where);
    }

    private static IReadOnlyCollection<string> ObjectiveSettings(string method) =>
        method is "sft" or "crl" or "multiturn" ? [] : [.. ObjectiveRegistry.Settings(ObjectiveRegistry.Create(method)).Keys];

    /// <summary>A copy of a record with some properties set, those of records inside it too.</summary>
    private static object Bind(object record, IReadOnlyDictionary<string, object?> settings, string prefix, string where)
    {
        var type = record.GetType();
        var copy = type.GetMethod("<Clone>$")!.Invoke(record, null)!;
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite))
        {
            if (property.GetValue(record) is { } inner && InnerPrefix(inner) is { } innerPrefix)
            {
                property.SetValue(copy, Bind(inner, settings, innerPrefix, where));
            }
            else if (settings.TryGetValue(FlatSettings.NameOf(property, prefix), out var value))
            {
                property.SetValue(copy, SettingValue.Convert(value, property.PropertyType, $"{FlatSettings.NameOf(property, prefix)} in {where}"));
            }
        }

        return copy;
    }

    internal static string? InnerPrefix(object value) => value switch
    {
        LoraConfig => "lora_",
        ConditionOptions => "condition_",
        TrainerOptions or FrameSampling => "",
        _ => null,
    };
}
