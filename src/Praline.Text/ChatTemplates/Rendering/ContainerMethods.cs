using Praline.Text.ChatTemplates.Values;

namespace Praline.Text.ChatTemplates.Rendering;

/// <summary>The methods of dicts, lists and tuples that change nothing.</summary>
internal static class ContainerMethods
{
    public static object? Find(DictValue dict, string name) => name switch
    {
        "get" => new CallableValue(name, arguments =>
        {
            var bound = arguments.Bind(name, ("key", Arguments.Required), ("default", null));
            return dict.TryGet(bound[0], out var value) ? value : bound[1];
        }),
        "keys" => View(name, SequenceKind.DictKeys, dict, e => e.Key),
        "values" => View(name, SequenceKind.DictValues, dict, e => e.Value),
        "items" => View(name, SequenceKind.DictItems, dict, e => SequenceValue.Tuple(e.Key, e.Value)),
        "copy" => new CallableValue(name, _ => dict),
        _ => null,
    };

    public static object? Find(SequenceValue sequence, string name, RenderBudget budget)
    {
        for (var i = 0; i < sequence.FieldNames.Count; i++)
        {
            if (sequence.FieldNames[i] == name)
            {
                return sequence.Items[i];
            }
        }

        return (sequence.IsIndexable, name) switch
        {
            (true, "count") => new CallableValue(name, arguments =>
                (long)sequence.Items.Count(item => Comparison.AreEqual(item, arguments.Bind(name, ("value", Arguments.Required))[0], budget))),
            (true, "index") => new CallableValue(name, arguments => IndexOf(sequence, arguments, budget)),
            (_, "copy") when sequence.Kind == SequenceKind.List => new CallableValue(name, _ => sequence),
            _ => null,
        };
    }

    private static CallableValue View(string name, SequenceKind kind, DictValue dict, Func<KeyValuePair<object?, object?>, object?> select) =>
        new(name, arguments =>
        {
            arguments.Bind(name);
            return new SequenceValue(kind, [.. dict.Entries.Select(select)]);
        });

    private static long IndexOf(SequenceValue sequence, Arguments arguments, RenderBudget budget)
    {
        var wanted = arguments.Bind("index", ("value", Arguments.Required))[0];
        for (var i = 0; i < sequence.Items.Count; i++)
        {
            if (Comparison.AreEqual(sequence.Items[i], wanted, budget))
            {
                return i;
            }
        }

        throw TemplateErrors.Value($"{ValueText.Repr(wanted, budget)} is not in list");
    }
}
