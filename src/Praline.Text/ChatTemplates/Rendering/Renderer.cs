using System.Text;
using Praline.Text.ChatTemplates.Syntax;
using Praline.Text.ChatTemplates.Values;

namespace Praline.Text.ChatTemplates.Rendering;

/// <summary>Runs a template's statements.</summary>
internal sealed class Renderer(Runtime runtime)
{
    private readonly RenderBudget _budget = runtime.Budget;
    private readonly Evaluator _evaluator = new(runtime);
    private StringBuilder _output = new();
    private int _macroDepth;

    // Python's own limit on recursion stops there too, roughly.
    private const int DeepestMacro = 200;

    private enum Flow
    {
        Next,
        Break,
        Continue,
    }

    public string Render(IReadOnlyList<Statement> template, Scope scope) => Capture(() => Run(template, scope));

    private Flow Run(IReadOnlyList<Statement> body, Scope scope)
    {
        foreach (var statement in body)
        {
            if (Run(statement, scope) is var flow and not Flow.Next)
            {
                return flow;
            }
        }

        return Flow.Next;
    }

    private Flow Run(Statement statement, Scope scope)
    {
        _budget.Step();
        switch (statement)
        {
            case Statement.Text text:
                Write(text.Value);
                return Flow.Next;
            case Statement.Output value:
                Write(runtime.Str(_evaluator.Evaluate(value.Value, scope)));
                return Flow.Next;
            case Statement.If choice:
                foreach (var (test, body) in choice.Branches)
                {
                    if (Truth.Of(_evaluator.Evaluate(test, scope)))
                    {
                        return Run(body, scope);
                    }
                }

                return Run(choice.Else, scope);
            case Statement.For loop:
                return Loop(loop, _evaluator.Evaluate(loop.Iterable, scope), scope, depth: 0);
            case Statement.Set set:
                Assign(set.Target, _evaluator.Evaluate(set.Value, scope), scope);
                return Flow.Next;
            case Statement.SetBlock set:
                var captured = Capture(() => Run(set.Body, new Scope(scope)));
                Assign(set.Target, set.Filter is null ? captured : _evaluator.ApplyChain(set.Filter, captured, scope), scope);
                return Flow.Next;
            case Statement.Macro macro:
                scope.Set(macro.Definition.Name!, Macro(macro.Definition, scope));
                return Flow.Next;
            case Statement.Call call:
                RunCall(call, scope);
                return Flow.Next;
            case Statement.FilterBlock block:
                var filtered = Capture(() => Run(block.Body, new Scope(scope)));
                Write(runtime.Str(_evaluator.ApplyChain(block.Filter, filtered, scope)));
                return Flow.Next;
            case Statement.With with:
                var inner = new Scope(scope);
                foreach (var (target, value) in with.Variables)
                {
                    Assign(target, _evaluator.Evaluate(value, scope), inner);
                }

                return Run(with.Body, inner);
            case Statement.Generation generation:
                return Run(generation.Body, new Scope(scope));
            case Statement.Break:
                return Flow.Break;
            default:
                return Flow.Continue;
        }
    }

    private Flow Loop(Statement.For loop, object? iterable, Scope scope, int depth)
    {
        var items = new List<object?>();
        foreach (var item in runtime.Items(iterable))
        {
            if (loop.Condition is not null)
            {
                var filtered = new Scope(scope);
                Assign(loop.Target, item, filtered);
                if (!Truth.Of(_evaluator.Evaluate(loop.Condition, filtered)))
                {
                    continue;
                }
            }

            items.Add(item);
        }

        var state = new LoopValue(items, depth, _budget)
        {
            Recurse = loop.Recursive
                ? nested => Capture(() => Loop(loop, nested, scope, depth + 1))
                : null,
        };
        for (var i = 0; i < items.Count; i++)
        {
            _budget.Step();
            state.Index = i;
            var inner = new Scope(scope);
            inner.Set("loop", state);
            Assign(loop.Target, items[i], inner);
            if (Run(loop.Body, inner) == Flow.Break)
            {
                return Flow.Next;
            }
        }

        return items.Count == 0 ? Run(loop.Else, new Scope(scope)) : Flow.Next;
    }

    private void Assign(AssignTarget target, object? value, Scope scope)
    {
        switch (target)
        {
            case AssignTarget.Name name:
                scope.Set(name.Identifier, value);
                break;
            case AssignTarget.Member member:
                if (!scope.TryGet(member.Namespace, out var owner) || owner is not NamespaceValue ns)
                {
                    throw new ChatTemplateException("TemplateRuntimeError", "cannot assign attribute on non-namespace object");
                }

                ns.Members[member.Attribute] = value;
                break;
            case AssignTarget.Unpack unpack:
                var items = runtime.Items(value).ToList();
                if (items.Count != unpack.Items.Count)
                {
                    throw TemplateErrors.Value(items.Count < unpack.Items.Count
                        ? $"not enough values to unpack (expected {unpack.Items.Count}, got {items.Count})"
                        : $"too many values to unpack (expected {unpack.Items.Count})");
                }

                for (var i = 0; i < items.Count; i++)
                {
                    Assign(unpack.Items[i], items[i], scope);
                }

                break;
        }
    }

    private void RunCall(Statement.Call call, Scope scope)
    {
        var arguments = _evaluator.Arguments(call.Callee.Arguments, scope);
        var named = new Dictionary<string, object?>(arguments.Named, StringComparer.Ordinal) { ["caller"] = Macro(call.Caller, scope) };
        Write(runtime.Str(_evaluator.Call(_evaluator.Evaluate(call.Callee.Target, scope), arguments with { Named = named })));
    }

    private CallableValue Macro(MacroDefinition macro, Scope definedIn) => new(
        $"<Macro {(macro.Name is null ? "anonymous" : PythonText.Quote(macro.Name))}>",
        arguments => RunMacro(macro, definedIn, arguments))
    {
        Members = new Dictionary<string, object?>
        {
            ["name"] = macro.Name,
            ["arguments"] = SequenceValue.Tuple([.. macro.Parameters.Select(p => p.Name)]),
        },
    };

    private string RunMacro(MacroDefinition macro, Scope definedIn, Arguments arguments)
    {
        if (_macroDepth >= DeepestMacro)
        {
            throw TemplateErrors.Limit($"macros call each other more than {DeepestMacro} levels deep; does one call itself for ever?");
        }

        var scope = new Scope(definedIn);
        var name = macro.Name is null ? "None" : PythonText.Quote(macro.Name);
        var named = new Dictionary<string, object?>(arguments.Named, StringComparer.Ordinal);
        if (arguments.Positional.Count > macro.Parameters.Count && !macro.TakesVarargs)
        {
            throw TemplateErrors.Type($"macro {name} takes not more than {macro.Parameters.Count} argument(s)");
        }

        for (var i = 0; i < macro.Parameters.Count; i++)
        {
            var (parameter, fallback) = macro.Parameters[i];
            scope.Set(
                parameter,
                i < arguments.Positional.Count ? arguments.Positional[i]
                : named.Remove(parameter, out var given) ? given
                : fallback is null ? new Undefined($"parameter {PythonText.Quote(parameter)} was not provided")
                : _evaluator.Evaluate(fallback, scope));
        }

        scope.Set("caller", named.Remove("caller", out var caller) ? caller : new Undefined("No caller defined"));
        if (named.Count > 0 && !macro.TakesKwargs)
        {
            throw TemplateErrors.Type($"macro {name} takes no keyword argument {PythonText.Quote(named.Keys.First())}");
        }

        scope.Set("kwargs", DictValue.Of(named.Select(n => (n.Key, n.Value))));
        scope.Set("varargs", SequenceValue.Tuple([.. arguments.Positional.Skip(macro.Parameters.Count)]));
        _macroDepth++;
        try
        {
            return Capture(() => Run(macro.Body, scope));
        }
        finally
        {
            _macroDepth--;
        }
    }

    private string Capture(Action run)
    {
        var outer = _output;
        _output = new StringBuilder();
        try
        {
            run();
            return _output.ToString();
        }
        finally
        {
            _output = outer;
        }
    }

    private void Write(string text)
    {
        _budget.Characters(text.Length);
        _output.Append(text);
        RenderBudget.CheckLength(_output.Length);
    }
}
