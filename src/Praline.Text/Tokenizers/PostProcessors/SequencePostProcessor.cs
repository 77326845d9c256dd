namespace Praline.Text.Tokenizers.PostProcessors;

internal sealed class SequencePostProcessor(IReadOnlyList<PostProcessor> steps) : PostProcessor
{
    public override List<int> Process(List<int> ids) => steps.Aggregate(ids, (current, step) => step.Process(current));
}
