using Praline.Text.ChatTemplates.Syntax;
using Praline.Text.ChatTemplates.Values;

namespace Praline.Text.ChatTemplates.Rendering;

/// <summary>Computes expressions.</summary>
internal sealed class Evaluator(Runtime runtime)
{
    private readonly RenderBudget _budget = runtime.Budget;

    public object? Evaluate(Expression expression, Scope scope)
    {
        _budget.Step();
        switch (expression)
        {
            case Expression.Constant constant:
                return constant.Value;
            case Expression.Name name:
                return scope.TryGet(name.Identifier, out var value)
                    ? value
                    : new Undefined($"{PythonText.Quote(name.Identifier)} is undefined");
            case Expression.Attribute attribute:
                return Members.Attribute(Evaluate(attribute.Target, scope), attribute.Member, _budget);
            case Expression.Item { Index: Expression.Slice slice } item:
                return Members.Slice(
                    Evaluate(item.Target, scope), Optional(slice.Start, scope), Optional(slice.Stop, scope), Optional(slice.Step, scope), _budget);
            case Expression.Item item:
                return Members.Item(Evaluate(item.Target, scope), Evaluate(item.Index, scope), _budget);
            case Expression.Arithmetic arithmetic:
                return Calculator.Apply(arithmetic.Operator, Evaluate(arithmetic.Left, scope), Evaluate(arithmetic.Right, scope), _budget);
            case Expression.Concat concat:
                return _budget.Text(string.Concat(concat.Items.Select(part => ValueText.Str(Evaluate(part, scope), _budget))));
            case Expression.Compare compare:
                return Compare(compare, scope);
            case Expression.And and:
                var left = Evaluate(and.Left, scope);
                return Truth.Of(left) ? Evaluate(and.Right, scope) : left;
            case Expression.Or or:
                var first = Evaluate(or.Left, scope);
                return Truth.Of(first) ? first : Evaluate(or.Right, scope);
            case Expression.Not not:
                return !Truth.Of(Evaluate(not.Operand, scope));
            case Expression.Sign sign:
                return Calculator.Sign(sign.Negative, Evaluate(sign.Operand, scope));
            case Expression.Conditional conditional:
                return Truth.Of(Evaluate(conditional.Condition, scope)) ? Evaluate(conditional.Then, scope)
                    : conditional.Else is { } otherwise ? Evaluate(otherwise, scope)
                    : new Undefined("the inline if-expression evaluated to false and no else section was defined.");
            case Expression.Call call:
                return Call(Evaluate(call.Target, scope), Arguments(call.Arguments, scope));
            case Expression.Filter filter:
                return Filter(filter, Evaluate(filter.Target!, scope), scope);
            case Expression.Test test:
                return runtime.Test(test.Named, Evaluate(test.Target, scope), Arguments(test.Arguments, scope));
            case Expression.List list:
                return SequenceValue.List([.. list.Items.Select(item => Evaluate(item, scope))]);
            case Expression.Tuple tuple:
                return SequenceValue.Tuple([.. tuple.Items.Select(item => Evaluate(item, scope))]);
            case Expression.Dict dict:
                var result = new DictValue();
                foreach (var (key, item) in dict.Items)
                {
                    result[Evaluate(key, scope)] = Evaluate(item, scope);
                }

                return result;
            default:
                throw TemplateErrors.Type("a slice is only allowed as an index");
        }
    }

    /// <summary>Applies a filter, or a chain of filters whose innermost has no target of its own, to a text.</summary>
    public object? ApplyChain(Expression chain, string text, Scope scope)
    {
        var filter = (Expression.Filter)chain;
        return Filter(filter, filter.Target is null ? text : ApplyChain(filter.Target, text, scope), scope);
    }

    public object? Call(object? target, Arguments arguments)
    {
        _budget.Step();
        return target switch
        {
            CallableValue callable => callable.Call(arguments),
            LoopValue { Recurse: { } recurse } => recurse(arguments.Bind("loop", ("iterable", Values.Arguments.Required))[0]),
            LoopValue => throw TemplateErrors.Type(
                "The loop must have the 'recursive' marker enabled."),
            Undefined undefined => throw undefined.Error(),
            _ => throw TemplateErrors.Type($"'{ValueKinds.NameOf(target)}' object is not callable"),
        };
    }

    public Arguments Arguments(CallArguments arguments, Scope scope)
    {
        if (arguments is { Positional.Count: 0, Named.Count: 0, Spread: null, NamedSpread: null })
        {
            return Values.Arguments.None;
        }

        var positional = arguments.Positional.Select(argument => Evaluate(argument, scope)).ToList();
        var named = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in arguments.Named)
        {
            named[name] = Evaluate(value, scope);
        }

        if (arguments.Spread is { } spread)
        {
            positional.AddRange(runtime.Items(Evaluate(spread, scope)));
        }

        if (arguments.NamedSpread is { } namedSpread)
        {
            var dict = Evaluate(namedSpread, scope) as DictValue ?? throw TemplateErrors.Type("argument after ** must be a mapping");
            foreach (var (key, value) in dict.Entries)
            {
                named[StringMethods.Text(key)] = value;
            }
        }

        return new Arguments(positional, named);
    }

    private object? Filter(Expression.Filter filter, object? value, Scope scope) =>
        runtime.Filter(filter.Named, value, Arguments(filter.Arguments, scope));

    private object? Optional(Expression? expression, Scope scope) => expression is null ? null : Evaluate(expression, scope);

    private bool Compare(Expression.Compare compare, Scope scope)
    {
        var left = Evaluate(compare.First, scope);
        foreach (var (operatorText, operand) in compare.Rest)
        {
            var right = Evaluate(operand, scope);
            if (!Comparison.Holds(operatorText, left, right, _budget))
            {
                return false;
            }

            left = right;
        }

        return true;
    }
}
