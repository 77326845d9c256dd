using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Praline.Media;

/// <summary>
/// <c>Image.resize</c> of Pillow 9.4, to the bit: columns first, then rows, each rounded to 8 bits with 22-bit fixed-point weights.
/// </summary>
public static class PillowResize
{
    /// <summary>Below so many multiplications, threads cost more than they gain.</summary>
    private const long ParallelWork = 2_000_000;

    private const long MostPixels = 1 << 26;
    private const int LongestSide = 1 << 17;

    private const int Half = 1 << (ResizeKernel.PrecisionBits - 1);

    /// <summary>Resizes an image; the same size gives the same object.</summary>
    /// <param name="image">What to resize.</param>
    /// <param name="width">New width, at least 1.</param>
    /// <param name="height">New height, at least 1.</param>
    /// <param name="filter">Pillow's filter.</param>
    public static RgbImage Resize(RgbImage image, int width, int height, ResizeFilter filter)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if ((width, height) == (image.Width, image.Height))
        {
            return image;
        }

        if ((long)width * height > MostPixels || Math.Max(width, height) > LongestSide)
        {
            throw new MediaException(
                $"an image of {image.Width} × {image.Height} pixels", $"at most {MostPixels:N0} pixels and {LongestSide:N0} a side after resizing",
                $"{width} × {height}", "An image so long and narrow shows a model nothing: cut it, or leave it out.");
        }

        if (filter == ResizeFilter.Nearest)
        {
            return Nearest(image, width, height);
        }

        if (height == image.Height)
        {
            return ResizeColumns(image, ResizeKernel.Create(image.Width, width, filter), 0, height);
        }

        var rows = ResizeKernel.Create(image.Height, height, filter);
        if (width == image.Width)
        {
            return ResizeRows(image, rows, 0);
        }

        var top = rows.First[0];
        var bottom = rows.First[^1] + rows.Count[^1];
        return ResizeRows(ResizeColumns(image, ResizeKernel.Create(image.Width, width, filter), top, bottom), rows, top);
    }

    /// <summary>The rows from top to bottom (exclusive), each made as long as the kernel has outputs.</summary>
    private static RgbImage ResizeColumns(RgbImage image, ResizeKernel kernel, int top, int bottom)
    {
        var width = kernel.First.Length;
        var result = Uninitialized(width, bottom - top);
        // Two input pixels are taken at a time, as four numbers each: their weights are stored likewise, zero where there is none.
        var pairs = (kernel.Size + 1) / 2;
        var weights = new int[width * pairs * 8];
        for (var x = 0; x < width; x++)
        {
            for (var i = 0; i < kernel.Count[x]; i++)
            {
                weights.AsSpan((x * pairs * 8) + (i * 4), 4).Fill(kernel.Weights[(x * kernel.Size) + i]);
            }
        }

        ForRows(bottom - top, (long)width * kernel.Size * 3, (from, to) =>
        {
            var padded = new byte[(image.Width + 2) * 4];
            for (var y = from; y < to; y++)
            {
                PadPixels(image.Row(top + y), padded);
                ResizeRow(padded, kernel, weights, pairs, result.Row(y));
            }
        });
        return result;
    }

    private static void PadPixels(ReadOnlySpan<byte> row, Span<byte> padded)
    {
        for (int source = 0, target = 0; source < row.Length; source += 3, target += 4)
        {
            padded[target] = row[source];
            padded[target + 1] = row[source + 1];
            padded[target + 2] = row[source + 2];
        }
    }

    private static void ResizeRow(ReadOnlySpan<byte> padded, ResizeKernel kernel, ReadOnlySpan<int> weights, int pairs, Span<byte> output)
    {
        ref var pixels = ref MemoryMarshal.GetReference(padded);
        ref var weight = ref MemoryMarshal.GetReference(weights);
        for (var x = 0; x < kernel.First.Length; x++)
        {
            ref var source = ref Unsafe.Add(ref pixels, kernel.First[x] * 4);
            ref var factors = ref Unsafe.Add(ref weight, x * pairs * 8);
            var used = (kernel.Count[x] + 1) / 2;
            var sum = Vector256<int>.Zero;
            for (var pair = 0; pair < used; pair++)
            {
                sum += Widen(ref Unsafe.Add(ref source, pair * 8)) * Vector256.LoadUnsafe(ref factors, (nuint)(pair * 8));
            }

            var total = sum.GetLower() + sum.GetUpper() + Vector128.Create(Half);
            output[x * 3] = Clip(total[0]);
            output[(x * 3) + 1] = Clip(total[1]);
            output[(x * 3) + 2] = Clip(total[2]);
        }
    }

    /// <summary>An image whose rows are weighted sums of the given ones, of which the first is row <paramref name="top"/> of the whole.</summary>
    private static RgbImage ResizeRows(RgbImage image, ResizeKernel kernel, int top)
    {
        var height = kernel.First.Length;
        var result = Uninitialized(image.Width, height);
        ForRows(height, (long)image.Width * kernel.Size * 3, (from, to) =>
        {
            for (var y = from; y < to; y++)
            {
                MixRows(image, kernel.First[y] - top, kernel.Weights.AsSpan(y * kernel.Size, kernel.Count[y]), result.Row(y));
            }
        });
        return result;
    }

    private static void MixRows(RgbImage image, int first, ReadOnlySpan<int> weights, Span<byte> output)
    {
        var stride = image.Width * 3;
        ref var source = ref image.Pixels[first * stride];
        ref var target = ref MemoryMarshal.GetReference(output);
        var i = 0;
        for (; i + 16 <= stride; i += 16)
        {
            var low = Vector256.Create(Half);
            var high = low;
            ref var column = ref Unsafe.Add(ref source, i);
            for (var row = 0; row < weights.Length; row++)
            {
                var factor = Vector256.Create(weights[row]);
                low += Widen(ref Unsafe.Add(ref column, row * stride)) * factor;
                high += Widen(ref Unsafe.Add(ref column, (row * stride) + 8)) * factor;
            }

            Clip(low, high).StoreUnsafe(ref Unsafe.Add(ref target, i));
        }

        for (; i < stride; i++)
        {
            var sum = Half;
            for (var row = 0; row < weights.Length; row++)
            {
                sum += Unsafe.Add(ref source, (row * stride) + i) * weights[row];
            }

            output[i] = Clip(sum);
        }
    }

    /// <summary>Pillow's affine transform without interpolation: positions are added up, rounding included.</summary>
    private static RgbImage Nearest(RgbImage image, int width, int height)
    {
        var columns = Positions(image.Width, width);
        var rows = Positions(image.Height, height);
        var result = Uninitialized(width, height);
        for (var y = 0; y < height; y++)
        {
            var source = image.Row(rows[y]);
            var target = result.Row(y);
            for (var x = 0; x < width; x++)
            {
                source.Slice(columns[x] * 3, 3).CopyTo(target[(x * 3)..]);
            }
        }

        return result;
    }

    private static int[] Positions(int inputs, int outputs)
    {
        var scale = (double)inputs / outputs;
        var position = scale * 0.5;
        var positions = new int[outputs];
        for (var i = 0; i < outputs; i++, position += scale)
        {
            positions[i] = Math.Min((int)position, inputs - 1);
        }

        return positions;
    }

    private static void ForRows(int rows, long workPerRow, Action<int, int> body)
    {
        var parts = (int)Math.Clamp(rows * workPerRow / ParallelWork, 1, Environment.ProcessorCount * 2L);
        if (parts == 1)
        {
            body(0, rows);
        }
        else
        {
            Parallel.For(0, parts, part => body((int)((long)rows * part / parts), (int)((long)rows * (part + 1) / parts)));
        }
    }

    private static RgbImage Uninitialized(int width, int height) =>
        new(width, height, GC.AllocateUninitializedArray<byte>(checked(width * height * 3)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Widen(ref byte eight)
    {
        var shorts = Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref eight)).AsByte());
        return Vector256.Create(Vector128.WidenLower(shorts), Vector128.WidenUpper(shorts)).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Clip(Vector256<int> low, Vector256<int> high)
    {
        var most = Vector256.Create(255);
        low = Vector256.Min(Vector256.Max(low >> ResizeKernel.PrecisionBits, Vector256<int>.Zero), most);
        high = Vector256.Min(Vector256.Max(high >> ResizeKernel.PrecisionBits, Vector256<int>.Zero), most);
        var shorts = Vector256.Narrow(low, high).AsUInt16();
        return Vector128.Narrow(shorts.GetLower(), shorts.GetUpper());
    }

    private static byte Clip(int sum) => (byte)Math.Clamp(sum >> ResizeKernel.PrecisionBits, 0, 255);
}
