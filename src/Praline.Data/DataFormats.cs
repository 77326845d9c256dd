using System.IO.Compression;
using System.Text.Json;
using Praline.Data.Containers;
using Praline.Data.Formats;
using Praline.Data.Rows;

namespace Praline.Data;

/// <summary>The formats of preference rows, and how a row's is told: by its fields, in this order.</summary>
public static class DataFormats
{
    private static readonly Codec[] Codecs =
    [
        new SynpoCodec(), new ContentPartsCodec(), new SwiftCodec(), new LlamaFactoryCodec(), new MacaroonCodec(), new AlpacaCodec(), new RlaifCodec(),
        new TrlConversationalCodec(), new TrlCodec(), new TrlCompletionCodec(), new VlFeedbackCodec(), new RankedCodec(), new QuestionAnswerCodec(),
        new ConversationCodec("messages", "messages"), new ConversationCodec("llava", "conversations"),
    ];

    /// <summary>The formats' names on the command line.</summary>
    public static IReadOnlyList<string> Names => [.. Codecs.Select(c => c.Name)];

    /// <summary>The formats that are written too.</summary>
    public static IReadOnlyList<string> Written => [.. Codecs.Where(c => c.IsWritten).Select(c => c.Name)];

    /// <summary>
    /// Writes samples: JSON Lines; one JSON array where the name ends in <c>.json</c>; either compressed where <c>.gz</c> or <c>.zst</c> follows; Parquet
    /// for <c>.parquet</c>. A file is whole or as it was.
    /// </summary>
    /// <exception cref="PralineException">There is no such format, or it can't say what a sample holds.</exception>
    public static void Write(string path, string format, IEnumerable<Sample> samples)
    {
        var codec = Find(format);
        AtomicFile.Write(path, stream =>
        {
            switch (Path.GetExtension(path).ToLowerInvariant())
            {
                case ".parquet":
                    WriteParquet(stream, codec, samples);
                    break;
                case ".gz":
                    using (var packed = new GZipStream(stream, CompressionLevel.Optimal, leaveOpen: true))
                    {
                        WriteJson(packed, codec, samples, IsArray(path[..^3]));
                    }

                    break;
                case ".zst":
                    using (var packed = new ZstdSharp.CompressionStream(stream, leaveOpen: true))
                    {
                        WriteJson(packed, codec, samples, IsArray(path[..^4]));
                    }

                    break;
                default:
                    WriteJson(stream, codec, samples, IsArray(path));
                    break;
            }
        });

        static bool IsArray(string name) => name.EndsWith(".json", StringComparison.OrdinalIgnoreCase);
    }

    private static void WriteJson(Stream stream, Codec codec, IEnumerable<Sample> samples, bool array)
    {
        stream.Write(array ? "[\n"u8 : ""u8);
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = PlainJson.Options.Encoder });
        foreach (var (index, sample) in samples.Index())
        {
            stream.Write(array && index > 0 ? ",\n"u8 : ""u8);
            writer.Reset();
            writer.WriteStartObject();
            codec.Write(writer, sample, index);
            writer.WriteEndObject();
            writer.Flush();
            stream.Write(array ? ""u8 : "\n"u8);
        }

        stream.Write(array ? "\n]\n"u8 : ""u8);
    }

    /// <summary>By way of the rows as JSON Lines: they are gone through twice.</summary>
    private static void WriteParquet(Stream stream, Codec codec, IEnumerable<Sample> samples)
    {
        var folder = Directory.CreateTempSubdirectory("praline-export-").FullName;
        try
        {
            var (lines, columns) = (Path.Combine(folder, "rows.jsonl"), Path.Combine(folder, "rows.parquet"));
            using (var rows = File.Create(lines))
            {
                WriteJson(rows, codec, samples, array: false);
            }

            ParquetWriter.Write(columns, () => JsonContainer.Rows(lines, long.MaxValue).Select(row => MediaFields.WithBytes(row.Value!)));
            using var written = File.OpenRead(columns);
            written.CopyTo(stream);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A format by its name.</summary>
    internal static Codec Find(string name) => Codecs.FirstOrDefault(c => c.Name == name)
        ?? throw new PralineException($"There is no format {name}. Known are {string.Join(", ", Names)}.");

    /// <summary>The format of a row.</summary>
    /// <exception cref="DataException">It has none that is known.</exception>
    internal static Codec Of(Row row) => Codecs.FirstOrDefault(c => c.Recognises(row)) ?? throw row.Error(
        "", $"the fields of a known format ({string.Join(", ", Names)})",
        row.Value.Fields.Count == 0 ? "no fields" : string.Join(", ", row.Value.Fields.Keys), "Rename fields with --column NEW=OLD; docs/data-formats.md shows the formats.");
}
