namespace Praline.Text.Tokenizers.Normalizers;

internal sealed class SequenceNormalizer(IReadOnlyList<Normalizer> steps) : Normalizer
{
    public override string Normalize(string text) => steps.Aggregate(text, (current, step) =>
    {
        var next = step.Normalize(current);
        SplitPattern.RequireLength(text, next.Length); // of the whole sequence: three steps multiply
        return next;
    });
}
