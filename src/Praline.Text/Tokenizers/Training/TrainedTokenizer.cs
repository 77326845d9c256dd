using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Praline.Text.Tokenizers;

/// <summary>
/// A freshly trained tokenizer, as the files that Hugging Face <c>tokenizers</c> and <c>transformers</c> read.
/// </summary>
public sealed class TrainedTokenizer
{
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    internal TrainedTokenizer(
        IReadOnlyList<string> vocabulary,
        IReadOnlyList<(string Left, string Right)> merges,
        BpeTrainerOptions options)
    {
        VocabularySize = vocabulary.Count;
        TokenizerJson = Tokenizer(vocabulary, merges, options).ToJsonString(Format);
        TokenizerConfigJson = Config(options).ToJsonString(Format);
    }

    /// <summary>The number of tokens, special tokens included.</summary>
    public int VocabularySize { get; }

    /// <summary>The content of <c>tokenizer.json</c>.</summary>
    public string TokenizerJson { get; }

    /// <summary>The content of <c>tokenizer_config.json</c>.</summary>
    public string TokenizerConfigJson { get; }

    /// <summary>The tokenizer itself.</summary>
    public Tokenizer ToTokenizer() => Tokenizers.Tokenizer.FromJson(
        System.Text.Encoding.UTF8.GetBytes(TokenizerJson), System.Text.Encoding.UTF8.GetBytes(TokenizerConfigJson));

    /// <summary>
    /// Writes <c>tokenizer.json</c> and <c>tokenizer_config.json</c> into a folder, which is made if need be.
    /// </summary>
    public void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        Write(Path.Combine(folder, "tokenizer.json"), TokenizerJson);
        Write(Path.Combine(folder, "tokenizer_config.json"), TokenizerConfigJson);
    }

    private static void Write(string path, string text)
    {
        var temporary = path + ".tmp";
        using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            stream.Write(System.Text.Encoding.UTF8.GetBytes(text + "\n"));
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    private static JsonObject Tokenizer(
        IReadOnlyList<string> vocabulary, IReadOnlyList<(string Left, string Right)> merges, BpeTrainerOptions options)
    {
        var vocab = new JsonObject();
        for (var id = 0; id < vocabulary.Count; id++)
        {
            vocab.Add(vocabulary[id], id);
        }

        return new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray([.. options.AllSpecialTokens().Select((token, id) => AddedToken(token, id))]),
            ["normalizer"] = null,
            ["pre_tokenizer"] = ByteLevel(options.AddPrefixSpace),
            ["post_processor"] = options.AddBosToken ? Template(options.BosToken) : ByteLevel(options.AddPrefixSpace),
            ["decoder"] = ByteLevel(options.AddPrefixSpace),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = null,
                ["continuing_subword_prefix"] = null,
                ["end_of_word_suffix"] = null,
                ["fuse_unk"] = false,
                ["byte_fallback"] = false,
                ["ignore_merges"] = false,
                ["vocab"] = vocab,
                ["merges"] = new JsonArray([.. merges.Select(m => (JsonNode)$"{m.Left} {m.Right}")]),
            },
        };
    }

    private static JsonObject AddedToken(string content, int? id = null)
    {
        var token = new JsonObject
        {
            ["content"] = content,
            ["single_word"] = false,
            ["lstrip"] = false,
            ["rstrip"] = false,
            ["normalized"] = false,
            ["special"] = true,
        };
        if (id is { } number)
        {
            token.Insert(0, "id", number);
        }

        return token;
    }

    private static JsonObject ByteLevel(bool addPrefixSpace) => new()
    {
        ["type"] = "ByteLevel",
        ["add_prefix_space"] = addPrefixSpace,
        ["trim_offsets"] = true,
        ["use_regex"] = true,
    };

    private static JsonObject Template(string bosToken)
    {
        JsonObject Bos(int type) => new() { ["SpecialToken"] = new JsonObject { ["id"] = bosToken, ["type_id"] = type } };
        JsonObject Text(string name, int type) => new() { ["Sequence"] = new JsonObject { ["id"] = name, ["type_id"] = type } };
        return new JsonObject
        {
            ["type"] = "TemplateProcessing",
            ["single"] = new JsonArray(Bos(0), Text("A", 0)),
            ["pair"] = new JsonArray(Bos(0), Text("A", 0), Bos(1), Text("B", 1)),
            ["special_tokens"] = new JsonObject
            {
                [bosToken] = new JsonObject
                {
                    ["id"] = bosToken,
                    ["ids"] = new JsonArray(1),
                    ["tokens"] = new JsonArray(bosToken),
                },
            },
        };
    }

    private static JsonObject Config(BpeTrainerOptions options) => new()
    {
        ["added_tokens_decoder"] = new JsonObject(options.AllSpecialTokens()
            .Select((token, id) => KeyValuePair.Create(id.ToString(), (JsonNode?)AddedToken(token)))),
        ["additional_special_tokens"] = new JsonArray([.. options.AdditionalSpecialTokens.Select(t => (JsonNode)t)]),
        ["bos_token"] = options.BosToken,
        ["clean_up_tokenization_spaces"] = false,
        ["eos_token"] = options.EosToken,
        ["pad_token"] = options.PadToken,
        ["tokenizer_class"] = "PreTrainedTokenizerFast",
        ["unk_token"] = options.UnkToken,
    };
}
