using System.Numerics;
using System.Runtime.InteropServices;
using Praline.Torch;

namespace Praline.Models.Generation;

/// <summary>What sampling needs of one row of logits, vectorised. Logits that are not finite are as if they were not there.</summary>
internal static class LogitRow
{
    /// <summary>Rows of logits in single precision where the processor can read them.</summary>
    internal static Tensor ToHost(Tensor logits) => logits.Device.Type == DeviceType.Cuda
        ? Tensor.EmptyPinned(logits.Shape, logits.DType).CopyInPlace(logits).To(DType.Float32)
        : logits.To(DType.Float32).Contiguous();

    /// <summary>Refuses a model's logits when one is NaN or +∞: nothing that is chosen by them means anything.</summary>
    /// <exception cref="PralineException">One is; the message says which and what to look at.</exception>
    internal static void RequireNumbers(ReadOnlySpan<float> logits)
    {
        var largest = new Vector<float>(float.MaxValue);
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(logits);
        var fine = true;
        foreach (var vector in vectors)
        {
            fine &= Vector.LessThanOrEqualAll(vector, largest); // false for NaN too
        }

        foreach (var logit in logits[(vectors.Length * Vector<float>.Count)..])
        {
            fine &= logit <= float.MaxValue;
        }

        if (fine)
        {
            return;
        }

        var token = 0;
        while (logits[token] <= float.MaxValue)
        {
            token++;
        }

        throw new PralineException(
            $"The model's logits are not numbers (token {token} of {logits.Length} has {logits[token]}): its weights, its adapter or its config.json are damaged, or float16 overflows (take bfloat16 or float32).");
    }

    /// <summary>The largest finite logit, or −∞ when there is none.</summary>
    internal static float Max(ReadOnlySpan<float> logits)
    {
        var lowest = new Vector<float>(float.NegativeInfinity);
        var best = lowest;
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(logits);
        foreach (var vector in vectors)
        {
            best = Vector.Max(best, Vector.ConditionalSelect(IsFinite(vector), vector, lowest));
        }

        var max = float.NegativeInfinity;
        for (var lane = 0; lane < Vector<float>.Count; lane++)
        {
            max = Math.Max(max, best[lane]);
        }

        foreach (var logit in logits[(vectors.Length * Vector<float>.Count)..])
        {
            max = float.IsFinite(logit) ? Math.Max(max, logit) : max;
        }

        return max;
    }

    /// <summary>Writes exp((logit − max) / temperature) and returns the sum; 0 where a logit is not finite.</summary>
    internal static double Exponentials(ReadOnlySpan<float> logits, float max, double temperature, Span<float> result)
    {
        var (shift, scale) = (new Vector<float>(max), new Vector<float>((float)(1 / temperature)));
        var sum = Vector<float>.Zero;
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(logits);
        var results = MemoryMarshal.Cast<float, Vector<float>>(result);
        for (var i = 0; i < vectors.Length; i++)
        {
            var value = Vector.Exp((vectors[i] - shift) * scale);
            value = Vector.ConditionalSelect(IsFinite(vectors[i]), value, Vector<float>.Zero);
            results[i] = value;
            sum += value;
        }

        double total = Vector.Sum(sum);
        for (var i = vectors.Length * Vector<float>.Count; i < logits.Length; i++)
        {
            result[i] = float.IsFinite(logits[i]) ? MathF.Exp((logits[i] - max) * (float)(1 / temperature)) : 0;
            total += result[i];
        }

        return total;
    }

    /// <summary>
    /// The <paramref name="count"/> largest finite logits, sorted downwards, equal ones by id; returns how many there are.
    /// </summary>
    internal static int Largest(ReadOnlySpan<float> logits, int count, Span<int> ids, Span<float> values)
    {
        // A heap of the best so far with the worst of them on top; most logits fail the first, vectorised comparison.
        var size = 0;
        var threshold = float.NegativeInfinity;
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(logits);
        var width = Vector<float>.Count;
        for (var block = 0; block <= vectors.Length; block++)
        {
            var end = block < vectors.Length ? (block + 1) * width : logits.Length;
            if (block < vectors.Length && !Vector.GreaterThanAny(vectors[block], new Vector<float>(threshold)))
            {
                continue;
            }

            for (var id = block * width; id < end; id++)
            {
                var logit = logits[id];
                if (!(logit > threshold) || float.IsPositiveInfinity(logit))
                {
                    continue;
                }

                if (size < count)
                {
                    Up(ids, values, size++, id, logit);
                    threshold = size == count ? values[0] : float.NegativeInfinity;
                }
                else
                {
                    Down(ids, values, 0, size, id, logit);
                    threshold = values[0];
                }
            }
        }

        for (var last = size - 1; last > 0; last--)
        {
            var (id, value) = (ids[last], values[last]);
            (ids[last], values[last]) = (ids[0], values[0]);
            Down(ids, values, 0, last, id, value);
        }

        return size;
    }

    private static Vector<float> IsFinite(Vector<float> vector) => Vector.Equals(vector - vector, Vector<float>.Zero).As<int, float>();

    private static bool Worse(int id, float value, int otherId, float otherValue) =>
        value < otherValue || (value == otherValue && id > otherId);

    private static void Up(Span<int> ids, Span<float> values, int place, int id, float value)
    {
        while (place > 0)
        {
            var parent = (place - 1) / 2;
            if (!Worse(id, value, ids[parent], values[parent]))
            {
                break;
            }

            (ids[place], values[place]) = (ids[parent], values[parent]);
            place = parent;
        }

        (ids[place], values[place]) = (id, value);
    }

    private static void Down(Span<int> ids, Span<float> values, int place, int size, int id, float value)
    {
        for (var child = (2 * place) + 1; child < size; child = (2 * place) + 1)
        {
            if (child + 1 < size && Worse(ids[child + 1], values[child + 1], ids[child], values[child]))
            {
                child++;
            }

            if (!Worse(ids[child], values[child], id, value))
            {
                break;
            }

            (ids[place], values[place]) = (ids[child], values[child]);
            place = child;
        }

        (ids[place], values[place]) = (id, value);
    }
}
