using Praline.Text.ChatTemplates.Values;

namespace Praline.Text.ChatTemplates.Rendering;

/// <summary>Equality, order and membership as in Python.</summary>
internal static class Comparison
{
    public static bool AreEqual(object? left, object? right, RenderBudget budget)
    {
        budget.Step();
        if (ReferenceEquals(left, right))
        {
            return true;
        }

        switch (left, right)
        {
            case (string a, string b):
                return a == b;
            case (SequenceValue a, SequenceValue b):
                var count = a.Kind == b.Kind && a.Items.Count == b.Items.Count ? a.Items.Count : -1;
                for (var at = 0; at < count; at++)
                {
                    if (!AreEqual(a.Items[at], b.Items[at], budget))
                    {
                        return false;
                    }
                }

                return count >= 0;
            case (DictValue a, DictValue b):
                return a.Count == b.Count && a.Entries.All(e => b.TryGet(e.Key, out var other) && AreEqual(e.Value, other, budget));
            case (Undefined, Undefined):
                return true;
            default:
                return Numbers.TryPair(left, right, out var x, out var y) && (x is long i && y is long j ? i == j : Numbers.Real(x) == Numbers.Real(y));
        }
    }

    /// <summary>
    /// Less than zero, zero or more, as left stands before, with or behind right; null when NaN stands nowhere.
    /// </summary>
    /// <exception cref="ChatTemplateException">The values have no order.</exception>
    public static int? Order(object? left, object? right, string operatorText, RenderBudget budget)
    {
        budget.Step();
        switch (left, right)
        {
            case (string a, string b):
                return CompareText(a, b);
            case (SequenceValue { IsIndexable: true } a, SequenceValue { IsIndexable: true } b) when a.Kind == b.Kind:
                for (var i = 0; i < a.Items.Count && i < b.Items.Count; i++)
                {
                    if (!AreEqual(a.Items[i], b.Items[i], budget))
                    {
                        return Order(a.Items[i], b.Items[i], operatorText, budget);
                    }
                }

                return a.Items.Count.CompareTo(b.Items.Count);
            case (Undefined u, _):
                throw u.Error();
            case (_, Undefined u):
                throw u.Error();
            default:
                if (Numbers.TryPair(left, right, out var x, out var y))
                {
                    return x is long i && y is long j ? i.CompareTo(j)
                        : double.IsNaN(Numbers.Real(x)) || double.IsNaN(Numbers.Real(y)) ? null
                        : Numbers.Real(x).CompareTo(Numbers.Real(y));
                }

                throw TemplateErrors.Type(
                    $"'{operatorText}' not supported between instances of '{ValueKinds.NameOf(left)}' and '{ValueKinds.NameOf(right)}'");
        }
    }

    public static bool Contains(object? container, object? item, RenderBudget budget)
    {
        switch (container)
        {
            case string text:
                budget.Characters(text.Length);
                return item is string part
                    ? text.Contains(part, StringComparison.Ordinal)
                    : throw TemplateErrors.Type($"'in <string>' requires string as left operand, not {ValueKinds.NameOf(item)}");
            case DictValue dict:
                return dict.TryGet(item, out _);
            case NamespaceValue or null or bool or long or double or CallableValue:
                throw TemplateErrors.Type($"argument of type '{ValueKinds.NameOf(container)}' is not iterable");
            default:
                return Iteration.Of(container).Any(other => AreEqual(item, other, budget));
        }
    }

    public static bool Holds(string operatorText, object? left, object? right, RenderBudget budget) => operatorText switch
    {
        "==" => AreEqual(left, right, budget),
        "!=" => !AreEqual(left, right, budget),
        "in" => Contains(right, left, budget),
        "not in" => !Contains(right, left, budget),
        "<" => Order(left, right, operatorText, budget) < 0,
        "<=" => Order(left, right, operatorText, budget) <= 0,
        ">" => Order(left, right, operatorText, budget) > 0,
        _ => Order(left, right, operatorText, budget) >= 0,
    };

    /// <summary>By code point: UTF-16 order differs where surrogates meet U+E000 and up.</summary>
    private static int CompareText(string left, string right)
    {
        if (!PythonText.HasSurrogates(left) && !PythonText.HasSurrogates(right))
        {
            return string.CompareOrdinal(left, right);
        }

        using var other = right.EnumerateRunes().GetEnumerator();
        foreach (var rune in left.EnumerateRunes())
        {
            if (!other.MoveNext())
            {
                return 1;
            }

            if (rune != other.Current)
            {
                return rune.CompareTo(other.Current);
            }
        }

        return other.MoveNext() ? -1 : 0;
    }
}
