using System.Text;
using Praline.Text.ChatTemplates.Values;

namespace Praline.Text.ChatTemplates.Rendering;

/// <summary>Filters on lists and dicts as a whole.</summary>
internal static class SequenceFilters
{
    public static IReadOnlyDictionary<string, FilterFunction> All { get; } = new Dictionary<string, FilterFunction>
    {
        ["length"] = (value, _, _) => Iteration.Length(value),
        ["count"] = (value, _, _) => Iteration.Length(value),
        ["first"] = (value, _, runtime) => FirstOr(runtime.Items(value), "No first item, sequence was empty."),
        ["last"] = (value, _, runtime) => FirstOr(Reversed(value, runtime), "No last item, sequence was empty."),
        ["list"] = (value, _, runtime) => List(runtime.Items(value), runtime),
        ["reverse"] = (value, _, runtime) => value is string text
            ? string.Concat(PythonText.Characters(text).Reverse())
            : new GeneratorValue(value is GeneratorValue ? runtime.Items(value).Reverse() : Reversed(value, runtime)),
        ["join"] = Join,
        ["items"] = (value, _, _) => value switch
        {
            Undefined => new GeneratorValue([]),
            DictValue dict => new GeneratorValue(dict.Entries.Select(object? (e) => SequenceValue.Tuple(e.Key, e.Value))),
            _ => throw TemplateErrors.Type("Can only get item pairs from a mapping."),
        },
        ["dictsort"] = DictSort,
        ["sort"] = Sort,
        ["unique"] = Unique,
        ["min"] = (value, arguments, runtime) => Extreme(value, arguments, runtime, smallest: true),
        ["max"] = (value, arguments, runtime) => Extreme(value, arguments, runtime, smallest: false),
        ["sum"] = (value, arguments, runtime) =>
        {
            var bound = arguments.Bind("sum", ("attribute", null), ("start", 0L));
            return runtime.Items(value).Select(runtime.Getter(bound[0])).Aggregate(bound[1], (sum, item) => Calculator.Apply("+", sum, item, runtime.Budget));
        },
        ["batch"] = (value, arguments, runtime) =>
        {
            var bound = arguments.Bind("batch", ("linecount", Arguments.Required), ("fill_with", null));
            var size = (int)Math.Clamp(Numbers.Whole(bound[0]), 1, int.MaxValue);
            return new GeneratorValue(runtime.Items(value).ToArray().Chunk(size).Select(object? (chunk) => SequenceValue.List(
                bound[1] is null ? chunk : chunk.Concat(Fill(bound[1], size - chunk.Length, runtime)))));
        },
        ["slice"] = Slice,
        ["groupby"] = GroupBy,
    };

    private static SequenceValue List(IEnumerable<object?> items, Runtime runtime)
    {
        var list = SequenceValue.List(items);
        runtime.Budget.Items(list.Items.Count);
        return list;
    }

    private static object? FirstOr(IEnumerable<object?> items, string whenEmpty)
    {
        foreach (var item in items)
        {
            return item;
        }

        return new Undefined(whenEmpty);
    }

    private static IEnumerable<object?> Reversed(object? value, Runtime runtime) => value switch
    {
        GeneratorValue => throw TemplateErrors.Type("'generator' object is not reversible"),
        _ => runtime.Items(value).Reverse(),
    };

    private static IEnumerable<object?> Fill(object? value, int count, Runtime runtime)
    {
        runtime.Budget.Items(count);
        return Enumerable.Repeat(value, count);
    }

    private static string Join(object? value, Arguments arguments, Runtime runtime)
    {
        var bound = arguments.Bind("join", ("d", ""), ("attribute", null));
        var separator = runtime.Str(bound[0]);
        var result = new StringBuilder();
        var first = true;
        foreach (var item in runtime.Items(value).Select(runtime.Getter(bound[1])))
        {
            result.Append(first ? "" : separator).Append(runtime.Str(item));
            first = false;
            RenderBudget.CheckLength(result.Length);
        }

        return runtime.Budget.Text(result.ToString());
    }

    private static SequenceValue DictSort(object? value, Arguments arguments, Runtime runtime)
    {
        var bound = arguments.Bind("dictsort", ("case_sensitive", false), ("by", "key"), ("reverse", false));
        if (value is not DictValue dict)
        {
            throw TemplateErrors.Type($"'{ValueKinds.NameOf(value)}' object has no attribute 'items'");
        }

        var byKey = bound[1] switch
        {
            "key" => true,
            "value" => false,
            _ => throw new ChatTemplateException("FilterArgumentError", "You can only sort by either \"key\" or \"value\""),
        };
        var pairs = dict.Entries.Select(object? (e) => SequenceValue.Tuple(e.Key, e.Value));
        return SequenceValue.List(Sorted(
            pairs, pair => Fold(((SequenceValue)pair!).Items[byKey ? 0 : 1], Truth.Of(bound[0])), Truth.Of(bound[2]), runtime));
    }

    private static SequenceValue Sort(object? value, Arguments arguments, Runtime runtime)
    {
        var bound = arguments.Bind("sort", ("reverse", false), ("case_sensitive", false), ("attribute", null));
        var getters = bound[2] is string attributes
            ? [.. attributes.Split(',').Select(a => runtime.Getter(a.Trim()))]
            : new List<Func<object?, object?>> { runtime.Getter(bound[2]) };
        object? Key(object? item) => getters.Count == 1
            ? Fold(getters[0](item), Truth.Of(bound[1]))
            : SequenceValue.List(getters.Select(getter => Fold(getter(item), Truth.Of(bound[1]))));
        return SequenceValue.List(Sorted(runtime.Items(value), Key, Truth.Of(bound[0]), runtime));
    }

    private static GeneratorValue Unique(object? value, Arguments arguments, Runtime runtime)
    {
        var bound = arguments.Bind("unique", ("case_sensitive", false), ("attribute", null));
        var getter = runtime.Getter(bound[1]);
        return new GeneratorValue(Generate());

        IEnumerable<object?> Generate()
        {
            var seen = new DictValue();
            foreach (var item in runtime.Items(value))
            {
                var key = Fold(getter(item), Truth.Of(bound[0]));
                if (!seen.TryGet(key, out _))
                {
                    seen[key] = null;
                    yield return item;
                }
            }
        }
    }

    private static object? Extreme(object? value, Arguments arguments, Runtime runtime, bool smallest)
    {
        var bound = arguments.Bind(smallest ? "min" : "max", ("case_sensitive", false), ("attribute", null));
        var getter = runtime.Getter(bound[1]);
        object? best = new Undefined("No aggregated item, sequence was empty.");
        object? bestKey = null;
        foreach (var item in runtime.Items(value))
        {
            var key = Fold(getter(item), Truth.Of(bound[0]));
            var order = best is Undefined ? null : Comparison.Order(key, bestKey, smallest ? "<" : ">", runtime.Budget);
            if (best is Undefined || (smallest ? order < 0 : order > 0))
            {
                (best, bestKey) = (item, key);
            }
        }

        return best;
    }

    private static GeneratorValue Slice(object? value, Arguments arguments, Runtime runtime)
    {
        var bound = arguments.Bind("slice", ("slices", Arguments.Required), ("fill_with", null));
        var items = runtime.Items(value).ToArray();
        var slices = Numbers.Whole(bound[0]);
        if (slices <= 0)
        {
            throw new ChatTemplateException("ZeroDivisionError", "integer division or modulo by zero");
        }

        runtime.Budget.Items(slices);
        var (each, extra) = (items.Length / slices, items.Length % slices);
        var result = new List<object?>();
        var at = 0;
        for (var i = 0; i < slices; i++)
        {
            var size = (int)(each + (i < extra ? 1 : 0));
            var part = items.Skip(at).Take(size);
            at += size;
            result.Add(SequenceValue.List(bound[1] is not null && i >= extra && extra > 0 ? part.Append(bound[1]) : part));
        }

        return new GeneratorValue(result);
    }

    private static SequenceValue GroupBy(object? value, Arguments arguments, Runtime runtime)
    {
        var bound = arguments.Bind("groupby", ("attribute", Arguments.Required), ("default", null), ("case_sensitive", false));
        var getter = runtime.Getter(bound[0], bound[1]);
        object? Key(object? item) => Fold(getter(item), Truth.Of(bound[2]));
        var groups = new List<(object? Key, object? Shown, List<object?> Items)>();
        foreach (var item in Sorted(runtime.Items(value), Key, reverse: false, runtime))
        {
            var key = Key(item);
            if (groups.Count == 0 || !Comparison.AreEqual(groups[^1].Key, key, runtime.Budget))
            {
                groups.Add((key, getter(item), []));
            }

            groups[^1].Items.Add(item);
        }

        return SequenceValue.List(groups.Select(object? (g) =>
            SequenceValue.Tuple(g.Shown, SequenceValue.List(g.Items)) with { FieldNames = ["grouper", "list"] }));
    }

    private static object? Fold(object? value, bool caseSensitive) =>
        value is string text && !caseSensitive ? StringMethods.Lower(text) : value;

    /// <summary>Sorts, keeping the order of equals; in reverse too.</summary>
    private static IEnumerable<object?> Sorted(IEnumerable<object?> items, Func<object?, object?> key, bool reverse, Runtime runtime)
    {
        var keyed = items.Select(item => (Item: item, Key: key(item))).ToList();
        runtime.Budget.Items(keyed.Count);
        var order = Comparer<object?>.Create((a, b) => Comparison.Order(a, b, "<", runtime.Budget) ?? 0);
        try
        {
            return [.. (reverse ? keyed.OrderByDescending(k => k.Key, order) : keyed.OrderBy(k => k.Key, order)).Select(k => k.Item)];
        }
        catch (InvalidOperationException e) when (e.InnerException is ChatTemplateException inner)
        {
            throw inner;
        }
    }
}
