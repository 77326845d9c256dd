using System.Numerics;

namespace Praline.Training.Runs;

/// <summary>The checksum of TFRecords: CRC-32C (Castagnoli), masked as TensorFlow does.</summary>
public static class Crc32C
{
    /// <summary>The plain checksum.</summary>
    public static uint Of(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }

    /// <summary>Rotated right by 15 bits and shifted by a constant, so that checksums of checksums stay useful.</summary>
    public static uint Masked(ReadOnlySpan<byte> data)
    {
        var crc = Of(data);
        return BitOperations.RotateRight(crc, 15) + 0xa282ead8;
    }
}
