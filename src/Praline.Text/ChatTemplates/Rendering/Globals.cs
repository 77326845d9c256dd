using Praline.Text.ChatTemplates.Values;

namespace Praline.Text.ChatTemplates.Rendering;

/// <summary>The functions that every template may call.</summary>
internal static class Globals
{
    // The limit of Jinja's sandbox.
    private const long LongestRange = 100_000;

    public static Scope Create(Runtime runtime)
    {
        var scope = new Scope(null);
        scope.Set("raise_exception", new CallableValue("<function raise_exception>", arguments =>
            throw new ChatTemplateException("TemplateError", runtime.Str(arguments.Bind("raise_exception", ("message", Arguments.Required))[0]))));
        scope.Set("strftime_now", new CallableValue("<function strftime_now>", arguments =>
            TimeText.Format(runtime.Now, StringMethods.Text(arguments.Bind("strftime_now", ("format", Arguments.Required))[0]))));
        scope.Set("range", new CallableValue("<function range>", arguments => Range(arguments, runtime.Budget)));
        scope.Set("namespace", new CallableValue("<class 'jinja2.utils.Namespace'>", arguments =>
        {
            var ns = new NamespaceValue();
            foreach (var (name, value) in Entries(arguments, runtime))
            {
                ns.Members[name] = value;
            }

            return ns;
        }));
        scope.Set("dict", new CallableValue("<class 'dict'>", arguments => DictValue.Of(Entries(arguments, runtime))));
        return scope;
    }

    /// <summary>
    /// The entries that <c>dict(…)</c> and <c>namespace(…)</c> take: of a dict or of pairs, then the named ones.
    /// </summary>
    private static IEnumerable<(string Name, object? Value)> Entries(Arguments arguments, Runtime runtime)
    {
        foreach (var source in arguments.Positional)
        {
            var pairs = source is DictValue dict
                ? dict.Entries.Select(e => (e.Key, e.Value))
                : runtime.Items(source).Select(item => runtime.Items(item).ToArray() is [var key, var value]
                    ? (key, value)
                    : throw TemplateErrors.Value("dictionary update sequence elements must be pairs"));
            foreach (var (key, value) in pairs)
            {
                yield return (StringMethods.Text(key), value);
            }
        }

        foreach (var (name, value) in arguments.Named)
        {
            yield return (name, value);
        }
    }

    private static SequenceValue Range(Arguments arguments, RenderBudget budget)
    {
        var given = arguments.Positional.Select(Numbers.Whole).ToArray();
        var (start, stop, step) = given switch
        {
            [var end] => (0L, end, 1L),
            [var from, var end] => (from, end, 1L),
            [var from, var end, var by] => (from, end, by),
            _ => throw TemplateErrors.Type($"range expected 1 to 3 arguments, got {given.Length}"),
        };
        if (step == 0)
        {
            throw TemplateErrors.Value("range() arg 3 must not be zero");
        }

        var distance = step > 0 ? (Int128)stop - start : (Int128)start - stop;
        var stride = Int128.Abs(step);
        var count = distance <= 0 ? 0 : (distance + stride - 1) / stride;
        if (count > LongestRange)
        {
            throw new ChatTemplateException(
                "OverflowError", $"Range too big. The sandbox blocks ranges larger than MAX_RANGE ({LongestRange}).");
        }

        budget.Items((long)count);
        var items = new object?[(int)count];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = start + (i * step);
        }

        return new SequenceValue(SequenceKind.Range, items);
    }
}
