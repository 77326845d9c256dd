namespace Praline.Media;

/// <summary>
/// For one axis: which input pixels each output pixel is made of, and their weights in 22-bit fixed point, as Pillow 9.4 computes
/// them (antialiased: the filter is widened by the scale when shrinking).
/// </summary>
internal sealed class ResizeKernel
{
    /// <summary>Binary places of the weights.</summary>
    public const int PrecisionBits = 32 - 8 - 2;

    private ResizeKernel(int outputs, int size)
    {
        Size = size;
        First = new int[outputs];
        Count = new int[outputs];
        Weights = new int[outputs * size];
    }

    /// <summary>Weights kept per output pixel; unused ones are 0.</summary>
    public int Size { get; }

    /// <summary>Per output pixel: the first input pixel.</summary>
    public int[] First { get; }

    /// <summary>Per output pixel: how many input pixels.</summary>
    public int[] Count { get; }

    /// <summary>[outputs, Size].</summary>
    public int[] Weights { get; }

    public static ResizeKernel Create(int inputs, int outputs, ResizeFilter filter)
    {
        var (shape, radius) = ShapeOf(filter);
        var scale = (double)inputs / outputs;
        var stretch = Math.Max(scale, 1.0);
        var support = radius * stretch;
        var kernel = new ResizeKernel(outputs, ((int)Math.Ceiling(support) * 2) + 1);
        var weights = new double[kernel.Size];
        for (var output = 0; output < outputs; output++)
        {
            var center = (output + 0.5) * scale;
            var inverse = 1.0 / stretch;
            var first = Math.Max((int)(center - support + 0.5), 0);
            var count = Math.Min((int)(center + support + 0.5), inputs) - first;
            var sum = 0.0;
            for (var i = 0; i < count; i++)
            {
                weights[i] = shape((i + first - center + 0.5) * inverse);
                sum += weights[i];
            }

            kernel.First[output] = first;
            kernel.Count[output] = count;
            for (var i = 0; i < count; i++)
            {
                var weight = sum != 0.0 ? weights[i] / sum : weights[i];
                kernel.Weights[(output * kernel.Size) + i] =
                    (int)((weight < 0 ? -0.5 : 0.5) + (weight * (1 << PrecisionBits)));
            }
        }

        return kernel;
    }

    private static (Func<double, double> Shape, double Radius) ShapeOf(ResizeFilter filter) => filter switch
    {
        ResizeFilter.Box => (Box, 0.5),
        ResizeFilter.Bilinear => (Triangle, 1),
        ResizeFilter.Hamming => (Hamming, 1),
        ResizeFilter.Bicubic => (Bicubic, 2),
        ResizeFilter.Lanczos => (Lanczos, 3),
        _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "No such resampling filter."),
    };

    private static double Box(double x) => x > -0.5 && x <= 0.5 ? 1 : 0;

    private static double Triangle(double x) => Math.Max(1 - Math.Abs(x), 0);

    private static double Hamming(double x)
    {
        x = Math.Abs(x);
        return x == 0 ? 1 : x >= 1 ? 0 : Sinc(x) * (0.54 + (0.46 * Math.Cos(x * Math.PI)));
    }

    private static double Bicubic(double x)
    {
        const double a = -0.5;
        x = Math.Abs(x);
        return x < 1 ? ((((a + 2) * x) - (a + 3)) * x * x) + 1
            : x < 2 ? ((((x - 5) * x) + 8) * x - 4) * a
            : 0;
    }

    private static double Lanczos(double x) => x is >= -3 and < 3 ? Sinc(x) * Sinc(x / 3) : 0;

    private static double Sinc(double x)
    {
        if (x == 0)
        {
            return 1;
        }

        x *= Math.PI;
        return Math.Sin(x) / x;
    }
}
