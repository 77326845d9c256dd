using Praline.Text.ChatTemplates.Values;

namespace Praline.Text.ChatTemplates.Rendering;

/// <summary>The tests behind <c>is</c>.</summary>
internal static class Tests
{
    public static Func<object?, Arguments, Runtime, bool>? Find(string name) => name switch
    {
        "defined" => Is(v => v is not Undefined),
        "undefined" => Is(v => v is Undefined),
        "none" => Is(v => v is null),
        "boolean" => Is(v => v is bool),
        "true" => Is(v => v is true),
        "false" => Is(v => v is false),
        "integer" => Is(v => v is long),
        "float" => Is(v => v is double),
        "number" => Is(v => v is long or double or bool),
        "string" => Is(v => v is string),
        "mapping" => Is(v => v is DictValue),
        "iterable" => Is(v => Iteration.TryOf(v) is not null || v is NamespaceValue),
        "sequence" => Is(v => v is string or DictValue or SequenceValue { IsIndexable: true } or Undefined),
        "callable" => Is(v => v is CallableValue or LoopValue),
        "filter" => Is(v => v is string name && FilterTable.Find(name) is not null),
        "test" => Is(v => v is string name && Find(name) is not null),
        "escaped" => Is(_ => false),
        "odd" => (v, a, _) => Remainder(v, 2L, a) == 1,
        "even" => (v, a, _) => Remainder(v, 2L, a) == 0,
        "divisibleby" => (v, a, _) => Remainder(v, a.Bind(name, ("num", Arguments.Required))[0], Arguments.None) == 0,
        "lower" => (v, _, r) => r.Str(v) is var text && text.Any(char.IsLower) && !text.Any(char.IsUpper),
        "upper" => (v, _, r) => r.Str(v) is var text && text.Any(char.IsUpper) && !text.Any(char.IsLower),
        "sameas" => (v, a, _) => a.Bind(name, ("other", Arguments.Required))[0] is var other
            && (ReferenceEquals(v, other) || (v is bool or string or long && v.Equals(other))),
        "in" => (v, a, r) => Comparison.Contains(a.Bind(name, ("seq", Arguments.Required))[0], v, r.Budget),
        "eq" or "equalto" or "==" => Compare("=="),
        "ne" or "!=" => Compare("!="),
        "lt" or "lessthan" or "<" => Compare("<"),
        "le" or "<=" => Compare("<="),
        "gt" or "greaterthan" or ">" => Compare(">"),
        "ge" or ">=" => Compare(">="),
        _ => null,
    };

    private static Func<object?, Arguments, Runtime, bool> Is(Func<object?, bool> test) => (value, arguments, _) =>
    {
        arguments.Bind("test");
        return test(value);
    };

    private static Func<object?, Arguments, Runtime, bool> Compare(string operatorText) => (value, arguments, runtime) =>
        Comparison.Holds(operatorText, value, arguments.Bind("compare", ("other", Arguments.Required))[0], runtime.Budget);

    private static double Remainder(object? value, object? divisor, Arguments arguments)
    {
        arguments.Bind("test");
        return NumberFormat.RealOf(Calculator.Apply("%", value is string ? null : value, divisor, new RenderBudget()));
    }
}
