using Praline.Torch;

namespace Praline.Models.Tests.Vision;

/// <summary>
/// Layers written out in double precision over arrays, one number at a time: the independent formulation that models without golden
/// numbers are compared to. Weights come by their name in the checkpoint.
/// </summary>
internal sealed class Plain(IReadOnlyDictionary<string, Tensor> weights)
{
    public double[] Weight(string name) => weights[name].ToArray<double>();

    public double[][] Linear(double[][] x, string name)
    {
        var weight = Weight($"{name}.weight");
        var bias = weights.ContainsKey($"{name}.bias") ? Weight($"{name}.bias") : null;
        return Project(x, weight, bias);
    }

    public static double[][] Project(double[][] x, double[] weight, double[]? bias)
    {
        var outputs = weight.Length / x[0].Length;
        return [.. x.Select(row => Enumerable.Range(0, outputs).Select(o =>
            (bias?[o] ?? 0) + row.Select((value, i) => value * weight[(o * row.Length) + i]).Sum()).ToArray())];
    }

    public double[][] LayerNorm(double[][] x, string name, double eps)
    {
        var (weight, bias) = (Weight($"{name}.weight"), Weight($"{name}.bias"));
        return [.. x.Select(row =>
        {
            var mean = row.Average();
            var deviation = Math.Sqrt(row.Select(v => (v - mean) * (v - mean)).Average() + eps);
            return row.Select((v, i) => ((v - mean) / deviation * weight[i]) + bias[i]).ToArray();
        })];
    }

    public double[][] RmsNorm(double[][] x, string name, double eps)
    {
        var weight = Weight($"{name}.weight");
        return [.. x.Select(row =>
        {
            var size = Math.Sqrt(row.Select(v => v * v).Average() + eps);
            return row.Select((v, i) => v / size * weight[i]).ToArray();
        })];
    }

    /// <summary>Multi-head attention of rows that may see each other.</summary>
    public static double[][] Attend(double[][] q, double[][] k, double[][] v, int heads, Func<int, int, bool> sees)
    {
        var width = q[0].Length / heads;
        return [.. q.Select((query, i) =>
        {
            var output = new double[query.Length];
            for (var head = 0; head < heads; head++)
            {
                var from = head * width;
                var scores = k.Select((key, j) => sees(i, j)
                    ? Math.Exp(Enumerable.Range(from, width).Sum(d => query[d] * key[d]) / Math.Sqrt(width))
                    : 0).ToArray();
                var total = scores.Sum();
                for (var d = from; d < from + width; d++)
                {
                    output[d] = scores.Select((score, j) => score / total * v[j][d]).Sum();
                }
            }

            return output;
        })];
    }

    public static double[][] Add(double[][] a, double[][] b) => [.. a.Zip(b, (x, y) => x.Zip(y, (p, q) => p + q).ToArray())];

    public static double[][] Map(double[][] x, Func<double, double> f) => [.. x.Select(row => row.Select(f).ToArray())];

    public static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    public static double Silu(double x) => x * Sigmoid(x);

    public static double QuickGelu(double x) => x * Sigmoid(1.702 * x);

    public static double GeluTanh(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));

    /// <summary>x Φ(x), the error function by its power series near 0 and by erfc's continued fraction further out.</summary>
    public static double Gelu(double x)
    {
        var z = Math.Abs(x) / Math.Sqrt(2);
        double erf;
        if (z < 2.5)
        {
            double term = z;
            erf = z;
            for (var n = 1; n < 100; n++)
            {
                term *= -z * z / n;
                erf += term / ((2 * n) + 1);
            }

            erf *= 2 / Math.Sqrt(Math.PI);
        }
        else
        {
            var fraction = z;
            for (var n = 100; n > 0; n--)
            {
                fraction = z + (n / 2.0 / fraction);
            }

            erf = 1 - (Math.Exp(-z * z) / Math.Sqrt(Math.PI) / fraction);
        }

        return 0.5 * x * (1 + (Math.Sign(x) * erf));
    }

    public static Tensor ToTensor(double[][] rows) => Tensor.From<double>([.. rows.SelectMany(row => row)], rows.Length, rows[0].Length);
}
