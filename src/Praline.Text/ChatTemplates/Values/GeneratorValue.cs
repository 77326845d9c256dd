using System.Runtime.CompilerServices;

namespace Praline.Text.ChatTemplates.Values;

/// <summary>
/// What filters such as <c>map</c> give: items that can be gone through once; always true, without a length.
/// </summary>
internal sealed class GeneratorValue(IEnumerable<object?> items)
{
    private IEnumerator<object?>? _remaining = items.GetEnumerator();

    /// <summary>The items that nobody took yet, taken as they are asked for.</summary>
    public IEnumerable<object?> Remaining()
    {
        while (_remaining is { } items && Advance(items))
        {
            yield return items.Current;
        }

        _remaining = null;
    }

    /// <summary>Generators over generators over generators… call each other, so their depth is the stack's.</summary>
    private static bool Advance(IEnumerator<object?> items) => RuntimeHelpers.TryEnsureSufficientExecutionStack()
        ? items.MoveNext()
        : throw TemplateErrors.Limit("the chat template chains too many filters.");
}
