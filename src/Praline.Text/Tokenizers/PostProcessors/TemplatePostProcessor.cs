namespace Praline.Text.Tokenizers.PostProcessors;

/// <summary>Lays out special tokens and the text in a fixed order; null stands for the text.</summary>
internal sealed class TemplatePostProcessor(IReadOnlyList<int[]?> parts) : PostProcessor
{
    public override List<int> Process(List<int> ids)
    {
        var result = new List<int>(ids.Count + parts.Count);
        foreach (var part in parts)
        {
            result.AddRange(part is null ? ids : part);
        }

        return result;
    }
}
