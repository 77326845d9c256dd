using Praline.Models.Tokenizers.Loading;

namespace Praline.Models.Tokenizers;

/// <summary>Finds the tokenizer's files in a checkpoint's folder and puts a tokenizer together from them.</summary>
internal static class TokenizerLoader
{
    // The largest tokenizer.json in use are about 35 MB.
    private const long LargestFile = 256L << 20;

    public static Tokenizer Load(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new PralineException($"There is no folder '{folder}' to load a tokenizer from.");
        }

        var json = Path.Combine(folder, "tokenizer.json");
        if (!File.Exists(json))
        {
            throw new PralineException($"'{folder}' has no tokenizer: neither tokenizer.json nor tokenizer.model.");
        }

        var files = TokenizerFiles.Read(folder);
        return Create(ReadParts(JsonSection.Parse(ReadFile(json), json)), files);
    }

    public static Tokenizer FromJson(ReadOnlyMemory<byte> tokenizerJson, ReadOnlyMemory<byte>? configJson, string source)
    {
        var files = new TokenizerFiles(
            configJson is { } config ? JsonSection.Parse(config, "tokenizer_config.json") : null, null, null);
        return Create(ReadParts(JsonSection.Parse(tokenizerJson, source)), files);
    }

    public static byte[] ReadFile(string path)
    {
        var length = new FileInfo(path).Length;
        return length <= LargestFile
            ? File.ReadAllBytes(path)
            : throw new PralineException($"{path}: is {length >> 20} MiB; a file of this kind has at most {LargestFile >> 20} MiB.");
    }

    private static Tokenizer Create(TokenizerParts parts, TokenizerFiles files)
    {
        parts = files.Config is { } config
            ? parts.WithAddedTokens(AddedTokenReader.ReadById(config["added_tokens_decoder"]))
            : parts;
        return new Tokenizer(parts, files.Settings());
    }

    private static TokenizerParts ReadParts(JsonSection json)
    {
        var parts = new TokenizerParts(json.File, ModelReader.Read(json["model"]))
        {
            Normalizer = NormalizerReader.Read(json["normalizer"]),
            PreTokenizer = PreTokenizerReader.Read(json["pre_tokenizer"]),
            PostProcessor = PostProcessorReader.Read(json["post_processor"]),
            Decoder = DecoderReader.Read(json["decoder"]),
        };
        return parts.WithAddedTokens(AddedTokenReader.Read(json["added_tokens"]));
    }
}
