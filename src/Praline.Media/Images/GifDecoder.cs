using System.Buffers.Binary;

namespace Praline.Media;

/// <summary>The first frame of a GIF (87a or 89a), with its palette's colours also where it is transparent, as Pillow has it.</summary>
internal static class GifDecoder
{
    private static readonly (int First, int Step)[] InterlacedRows = [(0, 8), (4, 8), (2, 4), (1, 2)];

    public static RgbImage Decode(ReadOnlySpan<byte> file)
    {
        var reader = new Reader(file[6..]);
        var (width, height) = (reader.UInt16(), reader.UInt16());
        int flags = reader.Byte();
        reader.Skip(2);  // background colour, pixel shape
        ImageFile.RequireSize(width, height);
        var palette = Palette(ref reader, flags);
        var transparent = -1;
        while (true)
        {
            switch (reader.Byte())
            {
                case 0x21:
                    var isControl = reader.Byte() == 0xF9;
                    var block = reader.SubBlocks();
                    transparent = isControl && block.Length >= 4 && (block[0] & 1) != 0 ? block[3] : transparent;
                    break;
                case 0x2C:
                    return Frame(ref reader, width, height, palette, transparent);
                case 0x3B:
                    throw new ImageFormatException("a GIF without a frame");
                default:
                    throw new ImageFormatException("a GIF with an unknown block");
            }
        }
    }

    private static RgbImage Frame(ref Reader reader, int width, int height, byte[]? palette, int transparent)
    {
        var (left, top) = (reader.UInt16(), reader.UInt16());
        var (columns, rows) = (reader.UInt16(), reader.UInt16());
        int flags = reader.Byte();
        palette = Palette(ref reader, flags) ?? palette;
        // A frame may reach past the screen that the header states; Pillow makes the picture larger then.
        (width, height) = (Math.Max(width, left + columns), Math.Max(height, top + rows));
        ImageFile.RequireSize(width, height);
        if (columns == 0 || rows == 0)
        {
            throw new ImageFormatException("a GIF whose first frame is empty");
        }

        var indices = GifLzw.Decode(reader.Byte(), reader.SubBlocks(), columns * rows);
        var image = new RgbImage(width, height);
        Fill(image, palette, Math.Max(transparent, 0));
        var row = 0;
        foreach (var (first, step) in (flags & 0x40) != 0 ? InterlacedRows : [(0, 1)])
        {
            for (var y = first; y < rows; y += step, row++)
            {
                var target = image.Row(top + y)[(left * 3)..];
                for (var x = 0; x < columns; x++)
                {
                    Colour(palette, indices[(row * columns) + x], target[(x * 3)..]);
                }
            }
        }

        return image;
    }

    private static void Fill(RgbImage image, byte[]? palette, int index)
    {
        for (var i = 0; i < image.Pixels.Length; i += 3)
        {
            Colour(palette, index, image.Pixels.AsSpan(i));
        }
    }

    private static void Colour(byte[]? palette, int index, Span<byte> rgb)
    {
        if (palette is null)
        {
            rgb[..3].Fill((byte)index);  // no palette at all: shades of grey
        }
        else if ((index * 3) + 3 <= palette.Length)
        {
            palette.AsSpan(index * 3, 3).CopyTo(rgb);
        }
        else
        {
            rgb[..3].Clear();
        }
    }

    private static byte[]? Palette(ref Reader reader, int flags) =>
        (flags & 0x80) != 0 ? reader.Bytes(3 << ((flags & 7) + 1)).ToArray() : null;

    private ref struct Reader(ReadOnlySpan<byte> data)
    {
        private ReadOnlySpan<byte> _rest = data;

        public byte Byte() => Bytes(1)[0];

        public int UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2));

        public void Skip(int count) => Bytes(count);

        public ReadOnlySpan<byte> Bytes(int count)
        {
            if (count > _rest.Length)
            {
                throw new ImageFormatException("a GIF that ends early");
            }

            var taken = _rest[..count];
            _rest = _rest[count..];
            return taken;
        }

        /// <summary>The joined data of a chain of sub-blocks, each led by its length, ended by a zero.</summary>
        public byte[] SubBlocks()
        {
            var joined = new List<byte>();
            for (int length = Byte(); length > 0; length = Byte())
            {
                joined.AddRange(Bytes(length));
            }

            return [.. joined];
        }
    }
}
