using System.Reflection;
using Praline.Training.Configuration;
using Praline.Training.Objectives.Dpo;

namespace Praline.Training.Objectives;

/// <summary>
/// The objectives by name, with their defaults. Settings have the papers' and TRL's names in snake case: they are the parameters of the
/// objective's record. A DPO loss type is a name of its own too: <c>ipo</c> is <c>dpo</c> with <c>loss_type: ipo</c>.
/// </summary>
public static class ObjectiveRegistry
{
    private static readonly Dictionary<string, IObjective> Defaults = BuildDefaults();

    /// <summary>All names.</summary>
    public static IReadOnlyCollection<string> Names => Defaults.Keys;

    /// <summary>A new objective of that name, with some settings changed from their defaults.</summary>
    /// <param name="name">The method's name.</param>
    /// <param name="settings">Null for none, or numbers, texts, truth values or lists of these by their names in snake case.</param>
    /// <exception cref="PralineException">A name is not known (the message lists the known), or a value does not fit it.</exception>
    public static IObjective Create(string name, IReadOnlyDictionary<string, object?>? settings = null)
    {
        settings ??= new Dictionary<string, object?>();
        var defaults = Default(name);
        var constructor = PrimaryConstructor(defaults.GetType());
        var parameters = constructor.GetParameters();
        foreach (var key in settings.Keys.Where(key => parameters.All(p => SnakeCase.Of(p.Name!) != key)))
        {
            var known = parameters.Select(p => SnakeCase.Of(p.Name!)).ToArray();
            throw new PralineException(
                $"The method '{name}' has no setting '{key}'{NearestName.Hint(key, known)}. It has: {(known.Length == 0 ? "none" : string.Join(", ", known))}.");
        }

        var arguments = parameters.Select(parameter =>
        {
            var current = defaults.GetType().GetProperty(parameter.Name!)!.GetValue(defaults);
            var key = SnakeCase.Of(parameter.Name!);
            return settings.TryGetValue(key, out var value) ? SettingValue.Convert(value, parameter.ParameterType, $"{name}.{key}") : current;
        });
        return (IObjective)constructor.Invoke([.. arguments]);
    }

    /// <summary>The settings of an objective by their names in snake case, with the values in force.</summary>
    public static IReadOnlyDictionary<string, object?> Settings(IObjective objective) =>
        PrimaryConstructor(objective.GetType()).GetParameters().ToDictionary(
            parameter => SnakeCase.Of(parameter.Name!),
            parameter => objective.GetType().GetProperty(parameter.Name!)!.GetValue(objective));

    /// <summary>The types of an objective's settings by the same names.</summary>
    internal static IEnumerable<KeyValuePair<string, Type>> Types(IObjective objective) =>
        PrimaryConstructor(objective.GetType()).GetParameters().Select(parameter => KeyValuePair.Create(SnakeCase.Of(parameter.Name!), parameter.ParameterType));

    private static IObjective Default(string name) =>
        Defaults.TryGetValue(name, out var objective)
            ? objective
            : throw new PralineException(
                $"There is no training method '{name}'{NearestName.Hint(name, Defaults.Keys)}. Known: {string.Join(", ", Defaults.Keys)}.");

    private static ConstructorInfo PrimaryConstructor(Type type) =>
        type.GetConstructors().OrderByDescending(c => c.GetParameters().Length).First();

    private static Dictionary<string, IObjective> BuildDefaults()
    {
        IObjective[] whole =
        [
            new SynPo(), new DpoObjective(), new SimPo(), new Cpo(), new Orpo(), new Tpo(), new Rrhf(), new SlicHf(), new RDpo(),
            new DpoPositive(), new ConservativeDpo(), new Tdpo(), new SupervisedOnChosen(), new Kto(), new Bco(), new ListwiseRrhf(),
            new ListwiseDpo(),
        ];
        var known = whole.ToDictionary(objective => objective.Name, StringComparer.Ordinal);
        foreach (var lossType in DpoLossTypes.Names.Where(name => !known.ContainsKey(name)))
        {
            known[lossType] = new DpoObjective([lossType], LabelSmoothing: lossType == "exo_pair" ? 1e-3 : 0);
        }

        return known;
    }
}
