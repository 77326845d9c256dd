using System.Runtime.CompilerServices;

namespace Praline.Text.ChatTemplates.Rendering;

/// <summary>
/// What one rendering may cost: steps (each expression, item and stretch of text is one), the size of a value, and
/// nesting. A template comes from a file that someone else wrote; it may be wrong, it may not hang or fill memory.
/// </summary>
internal sealed class RenderBudget
{
    private const long MostSteps = 1_000_000;
    private const int LongestText = 16 << 20;
    private const int MostItems = 1 << 20;
    private const int CharactersPerStep = 64;

    private long _remaining = MostSteps;

    public void Step(long count = 1)
    {
        _remaining -= count;
        if (_remaining < 0)
        {
            throw TemplateErrors.Limit($"the chat template takes more than {MostSteps} steps; does a loop in it never end?");
        }

        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw TemplateErrors.Limit("the chat template nests too deeply; does a macro in it call itself for ever?");
        }
    }

    /// <summary>Checks the length of a text that is being put together.</summary>
    public static void CheckLength(long count)
    {
        if (count > LongestText)
        {
            throw TemplateErrors.Limit($"the chat template makes a text of more than {LongestText} characters.");
        }
    }

    /// <summary>Accounts for a text before it is made.</summary>
    public void Characters(long count)
    {
        CheckLength(count);
        Step(1 + (count / CharactersPerStep));
    }

    /// <summary>Accounts for a list before it is made.</summary>
    public void Items(long count)
    {
        if (count > MostItems)
        {
            throw TemplateErrors.Limit($"the chat template makes a list of more than {MostItems} items.");
        }

        Step(1 + count);
    }

    public string Text(string text)
    {
        Characters(text.Length);
        return text;
    }
}
