namespace Praline.Text.Tokenizers.Normalizers;

internal sealed class SequenceNormalizer(IReadOnlyList<Normalizer> steps) : Normalizer
{
    public override string Normalize(string text) => steps.Aggregate(text, (current, step) => step.Normalize(current));
}
