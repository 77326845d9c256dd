namespace Praline.Text.Tokenizers;

/// <summary>
/// The ids of prompts with images in them and of the answers behind them, as SynPO's data loader builds them.
/// </summary>
public static class PromptTokens
{
    /// <summary>Stands in a prompt's ids where an image's features go; no token has it.</summary>
    public const int ImageTokenIndex = -200;

    /// <summary>Marks an image in a prompt's text.</summary>
    public const string ImageToken = "<image>";

    /// <summary>
    /// The ids of a prompt: the text is cut at each <see cref="ImageToken"/>; the first part is encoded with special
    /// tokens, the others without (each as a text of its own, so Llama's prefix space is added to each), and <see
    /// cref="ImageTokenIndex"/> goes between.
    /// </summary>
    public static int[] OfPrompt(Tokenizer tokenizer, string prompt)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(prompt);
        var parts = prompt.Split(ImageToken);
        var ids = new List<int>(tokenizer.Encode(parts[0]));
        foreach (var part in parts[1..])
        {
            ids.Add(ImageTokenIndex);
            ids.AddRange(tokenizer.Encode(part, addSpecialTokens: false));
        }

        return [.. ids];
    }

    /// <summary>The ids of an answer: without special tokens, ended by the tokenizer's end token.</summary>
    /// <exception cref="PralineException">The tokenizer names no end token.</exception>
    public static int[] OfAnswer(Tokenizer tokenizer, string answer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        var end = tokenizer.EosTokenId
            ?? throw new PralineException("The tokenizer names no eos_token to end an answer with; add it to tokenizer_config.json.");
        return [.. tokenizer.Encode(answer, addSpecialTokens: false), end];
    }
}
