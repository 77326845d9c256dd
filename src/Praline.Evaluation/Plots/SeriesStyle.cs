namespace Praline.Evaluation;

/// <summary>How a series looks: a colour of the palette and a dash, so that series stay apart in print and for any colour vision.</summary>
/// <param name="Colour">Index into the palette of eight (blue, vermilion, green, purple, sky, orange, grey, ink); taken modulo 8.</param>
/// <param name="Dash">0 solid, 1 dashed, 2 dotted, 3 dash-dotted.</param>
public readonly record struct SeriesStyle(int Colour, int Dash = 0)
{
    private static readonly int[] MethodColours = [6, 4, 5, 2, 3, 7, 0, 1];

    /// <summary>The chosen response, in every figure.</summary>
    public static SeriesStyle Chosen { get; } = new(0);

    /// <summary>The rejected response, in every figure.</summary>
    public static SeriesStyle Rejected { get; } = new(1, 1);

    /// <summary>Neutral data that is not compared with anything.</summary>
    public static SeriesStyle Neutral { get; } = new(6);

    /// <summary>The style of the i-th of several methods or runs: another colour each, another dash after every eight.</summary>
    public static SeriesStyle Of(int index) => new(index % 8, index / 8 % 4);

    /// <summary>
    /// The style of the i-th method where methods stand beside each other: the first, the baseline, is grey, and the colours of chosen and
    /// rejected come last.
    /// </summary>
    public static SeriesStyle OfMethod(int index) => new(MethodColours[index % 8], index / 8 % 4);

    internal string Stroke => $"c{Colour % 8}" + (Dash % 4 == 0 ? "" : $" d{Dash % 4}");

    internal string Fill => $"f{Colour % 8}";
}
