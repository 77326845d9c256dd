using Praline.Text.ChatTemplates.Values;

namespace Praline.Text.ChatTemplates.Rendering;

/// <summary>Filters that take items one by one: select, reject, map; and defaults.</summary>
internal static class SelectionFilters
{
    public static IReadOnlyDictionary<string, FilterFunction> All { get; } = new Dictionary<string, FilterFunction>
    {
        ["default"] = Default,
        ["d"] = Default,
        ["attr"] = (value, arguments, runtime) =>
            Members.Attribute(value, StringMethods.Text(arguments.Bind("attr", ("name", Arguments.Required))[0]), runtime.Budget),
        ["map"] = Map,
        ["select"] = (value, arguments, runtime) => Choose(value, arguments, runtime, byAttribute: false, wanted: true),
        ["reject"] = (value, arguments, runtime) => Choose(value, arguments, runtime, byAttribute: false, wanted: false),
        ["selectattr"] = (value, arguments, runtime) => Choose(value, arguments, runtime, byAttribute: true, wanted: true),
        ["rejectattr"] = (value, arguments, runtime) => Choose(value, arguments, runtime, byAttribute: true, wanted: false),
    };

    private static object? Default(object? value, Arguments arguments, Runtime runtime)
    {
        var bound = arguments.Bind("default", ("default_value", ""), ("boolean", false));
        return value is Undefined || (Truth.Of(bound[1]) && !Truth.Of(value)) ? bound[0] : value;
    }

    private static GeneratorValue Map(object? value, Arguments arguments, Runtime runtime)
    {
        Func<object?, object?> function;
        if (arguments.Positional.Count == 0 && arguments.Named.ContainsKey("attribute"))
        {
            var unknown = arguments.Named.Keys.FirstOrDefault(name => name is not ("attribute" or "default"));
            if (unknown is not null)
            {
                throw new ChatTemplateException("FilterArgumentError", $"Unexpected keyword argument {PythonText.Quote(unknown)}");
            }

            function = runtime.Getter(arguments.Named["attribute"], arguments.Named.GetValueOrDefault("default"));
        }
        else if (arguments.Positional.Count > 0 && arguments.Positional[0] is string filter)
        {
            function = item => runtime.Filter(filter, item, arguments.Skip(1));
        }
        else
        {
            throw new ChatTemplateException("FilterArgumentError", "map requires a filter argument");
        }

        return new GeneratorValue(runtime.Items(value).Select(function));
    }

    private static GeneratorValue Choose(object? value, Arguments arguments, Runtime runtime, bool byAttribute, bool wanted)
    {
        Func<object?, object?> getter = item => item;
        if (byAttribute)
        {
            getter = arguments.Positional.Count > 0
                ? runtime.Getter(arguments.Positional[0])
                : throw new ChatTemplateException("FilterArgumentError", "Missing parameter for attribute name");
            arguments = arguments.Skip(1);
        }

        Func<object?, bool> test = arguments.Positional.Count == 0
            ? Truth.Of
            : item => runtime.Test(StringMethods.Text(arguments.Positional[0]), item, arguments.Skip(1));
        return new GeneratorValue(runtime.Items(value).Where(item => test(getter(item)) == wanted));
    }
}
