using Praline.Torch;

namespace Praline.Testing;

/// <summary>Compares tensors with a tolerance and says where they differ most.</summary>
public static class Close
{
    /// <summary>
    /// Fails unless |actual − expected| ≤ atol + rtol·|expected| everywhere (where the mask is true, when there is one).
    /// </summary>
    /// <returns>The largest absolute difference.</returns>
    public static double Equal(Tensor expected, Tensor actual, double atol, double rtol, string what, bool[]? mask = null)
    {
        Assert.True(
            expected.Shape.AsSpan().SequenceEqual(actual.Shape), $"{what}: expected {expected.Describe()}, got {actual.Describe()}");
        return Equal(expected.ToArray<double>(), actual.ToArray<double>(), atol, rtol, what, mask);
    }

    /// <summary>
    /// Gradients are sums of many terms that cancel: fails unless |actual − expected| ≤ 1e-5 + 1e-3·max|expected| everywhere.
    /// </summary>
    public static double Gradient(Tensor expected, Tensor actual, string what)
    {
        var largest = expected.Numel == 0 ? 0 : expected.ToArray<double>().Max(Math.Abs);
        return Equal(expected, actual, 1e-5 + (1e-3 * largest), 0, what);
    }

    /// <summary><see cref="Equal(Tensor, Tensor, double, double, string, bool[])"/> for plain arrays.</summary>
    public static double Equal(double[] expected, double[] actual, double atol, double rtol, string what, bool[]? mask = null)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = 0, worstExcess = double.NegativeInfinity;
        var worst = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            if (mask is not null && !mask[i])
            {
                continue;
            }

            var same = expected[i].Equals(actual[i]); // equal infinities and NaNs too
            var difference = same ? 0 : Math.Abs(expected[i] - actual[i]);
            var excess = double.IsNaN(difference) ? double.PositiveInfinity : difference - (atol + (rtol * Math.Abs(expected[i])));
            largest = Math.Max(largest, double.IsNaN(difference) ? double.PositiveInfinity : difference);
            if (excess > worstExcess)
            {
                (worst, worstExcess) = (i, excess);
            }
        }

        GoldenRecord.Note(what, largest, atol, rtol, worstExcess <= 0);
        Assert.True(
            worstExcess <= 0,
            $"{what}: element {worst} is {(actual.Length > 0 ? actual[worst] : 0):g9}, expected {(expected.Length > 0 ? expected[worst] : 0):g9}; largest difference {largest:g3}, tolerance {atol:g3} + {rtol:g3}·|x|");
        return largest;
    }
}
