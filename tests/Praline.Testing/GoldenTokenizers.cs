using System.IO.Compression;
using System.Text.Json;
using Praline.Text.Tokenizers;

namespace Praline.Testing;

/// <summary>
/// The golden tokenizers: loads one as a checkpoint's folder would, whichever way its case stores it.
/// </summary>
public static class GoldenTokenizers
{
    public static Tokenizer Load(string name)
    {
        var folder = Golden.PathOfHelper("tokenizers", name);
        var extra = Path.Combine(folder, "extra_added_tokens.json");
        if (!File.Exists(extra))
        {
            return Directory.GetFiles(folder, "tokenizer.json*") is [var own] ? Load(folder, own) : Tokenizer.Load(folder);
        }

        // Such a case is another's tokenizer.json with more added tokens.
        using var json = JsonDocument.Parse(File.ReadAllBytes(extra));
        var path = json.RootElement.GetProperty("base").GetString()!; // such as ../llama2/tokenizer.json.gz
        var file = Path.Combine(folder, path) is var near && File.Exists(near) ? near : Path.Combine(Golden.PathOfHelper("tokenizers"), name, path);
        return Load(folder, file).WithAddedTokens(json.RootElement.GetProperty("extra_added_tokens").EnumerateArray().Select(t =>
            new AddedToken(t.GetProperty("id").GetInt32(), t.GetProperty("content").GetString()!)
            {
                Special = t.GetProperty("special").GetBoolean(),
                Normalized = t.GetProperty("normalized").GetBoolean(),
                LStrip = t.GetProperty("lstrip").GetBoolean(),
                RStrip = t.GetProperty("rstrip").GetBoolean(),
                SingleWord = t.GetProperty("single_word").GetBoolean(),
            }));
    }

    /// <summary>Writes a golden tokenizer's files into a checkpoint's folder, as a download has them.</summary>
    public static void CopyTo(string checkpoint, string name)
    {
        foreach (var file in Directory.GetFiles(Golden.PathOfHelper("tokenizers", name), "tokenizer*.json*"))
        {
            var target = Path.GetFileName(file).Replace(".gz", "");
            File.WriteAllBytes(Path.Combine(checkpoint, target), ReadMaybeCompressed(file));
        }
    }

    public static byte[] ReadMaybeCompressed(string path)
    {
        using var file = File.OpenRead(path);
        using var content = new MemoryStream();
        if (path.EndsWith(".gz", StringComparison.Ordinal))
        {
            using var gzip = new GZipStream(file, CompressionMode.Decompress);
            gzip.CopyTo(content);
        }
        else
        {
            file.CopyTo(content);
        }

        return content.ToArray();
    }

    private static Tokenizer Load(string folder, string tokenizerFile)
    {
        var config = Path.Combine(folder, "tokenizer_config.json");
        return Tokenizer.FromJson(
            ReadMaybeCompressed(tokenizerFile), File.Exists(config) ? File.ReadAllBytes(config) : null, tokenizerFile);
    }
}
