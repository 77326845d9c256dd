using Praline.Text.Tokenizers.Loading;
using Praline.Text.Tokenizers.PostProcessors;
using Praline.Text.Tokenizers.SentencePiece;

namespace Praline.Text.Tokenizers;

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

        var files = TokenizerFiles.Read(folder);
        var json = Path.Combine(folder, "tokenizer.json");
        if (File.Exists(json))
        {
            return Create(ReadParts(JsonSection.Parse(ReadFile(json), json)), files);
        }

        var model = Path.Combine(folder, "tokenizer.model");
        if (!File.Exists(model))
        {
            throw new PralineException($"'{folder}' has no tokenizer: neither tokenizer.json nor tokenizer.model.");
        }

        var parts = SentencePieceReader.Read(ReadFile(model), model, files.Config);
        return Create(parts.WithAddedTokens(files.LegacyAddedTokens(parts)), files, isLlama: true);
    }

    public static Tokenizer FromJson(ReadOnlyMemory<byte> tokenizerJson, ReadOnlyMemory<byte>? configJson, string source)
    {
        var files = new TokenizerFiles(
            configJson is { } config ? JsonSection.Parse(config, "tokenizer_config.json") : null, null, null, null);
        return Create(ReadParts(JsonSection.Parse(tokenizerJson, source)), files);
    }

    public static byte[] ReadFile(string path)
    {
        var length = new FileInfo(path).Length;
        return length <= LargestFile
            ? File.ReadAllBytes(path)
            : throw new PralineException($"{path}: is {length >> 20} MiB; a file of this kind has at most {LargestFile >> 20} MiB.");
    }

    private static Tokenizer Create(TokenizerParts parts, TokenizerFiles files, bool isLlama = false)
    {
        if (files.Config is { } config)
        {
            parts = parts.WithAddedTokens(AddedTokenReader.ReadById(config["added_tokens_decoder"]));
            // transformers' Llama classes build their post-processor from these settings, whatever tokenizer.json says.
            isLlama |= config["tokenizer_class"] is { IsString: true } name && name.String() is "LlamaTokenizer" or "LlamaTokenizerFast";
        }

        var tokenizer = new Tokenizer(parts, files.Settings(isLlama));
        return isLlama && tokenizer.BosTokenId is { } bos
            ? new Tokenizer(parts with { PostProcessor = LlamaPostProcessor(files.Config, bos, tokenizer.EosTokenId) }, files.Settings(isLlama))
            : tokenizer;
    }

    private static TemplatePostProcessor LlamaPostProcessor(JsonSection? config, int bos, int? eos)
    {
        var parts = new List<int[]?> { null };
        if (config?["add_bos_token"].Bool(true) ?? true)
        {
            parts.Insert(0, [bos]);
        }

        if (eos is { } end && (config?["add_eos_token"].Bool(false) ?? false))
        {
            parts.Add([end]);
        }

        return new TemplatePostProcessor(parts);
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
