using Praline.Text.ChatTemplates.Values;

namespace Praline.Text.ChatTemplates.Rendering;

/// <summary>A filter: takes the value on its left and its arguments.</summary>
internal delegate object? FilterFunction(object? value, Arguments arguments, Runtime runtime);

/// <summary>What filters and tests need of the rendering they run in.</summary>
internal sealed class Runtime(RenderBudget budget, DateTime now)
{
    public RenderBudget Budget { get; } = budget;

    /// <summary>What <c>strftime_now</c> shows.</summary>
    public DateTime Now { get; } = now;

    public object? Filter(string name, object? value, Arguments arguments)
    {
        Budget.Step();
        return FilterTable.Find(name) is { } filter
            ? filter(value, arguments, this)
            : throw new ChatTemplateException("TemplateRuntimeError", $"No filter named {PythonText.Quote(name)} found.");
    }

    public bool Test(string name, object? value, Arguments arguments)
    {
        Budget.Step();
        return Tests.Find(name) is { } test
            ? test(value, arguments, this)
            : throw new ChatTemplateException("TemplateRuntimeError", $"No test named {PythonText.Quote(name)} found.");
    }

    public string Str(object? value) => ValueText.Str(value, Budget);

    /// <summary>The items of a value, one step each.</summary>
    public IEnumerable<object?> Items(object? value)
    {
        foreach (var item in Iteration.Of(value))
        {
            Budget.Step();
            yield return item;
        }
    }

    /// <summary>A function that reads <c>a.b.0</c> of an item; the item itself when no attribute is given.</summary>
    public Func<object?, object?> Getter(object? attribute, object? whenMissing = null)
    {
        if (attribute is null)
        {
            return item => item;
        }

        object?[] path = attribute is string text
            ? [.. text.Split('.').Select(part => part.Length > 0 && part.All(char.IsAsciiDigit) && long.TryParse(part, out var index) ? (object?)index : part)]
            : [attribute];
        return item =>
        {
            foreach (var part in path)
            {
                item = Members.Item(item, part, Budget);
                item = item is Undefined && whenMissing is not null ? whenMissing : item;
            }

            return item;
        };
    }
}
