using System.Text;
using System.Text.Json.Nodes;
using Praline.Text.ChatTemplates;
using Praline.Models.Language;
using Praline.Text.Tokenizers;
using Praline.Testing;
using Praline.Torch;
using Praline.Torch.Nn;
using Praline.Torch.Serialization;

namespace Praline.Models.Tests.Checkpoints;

/// <summary>Every way in which a downloaded checkpoint is known to be bad: a clear error, at once, in little memory.</summary>
public sealed class BadCheckpointTests : IDisposable
{
    private const long MostMemory = 100L << 20;
    private readonly TemporaryFolder _folder = new();

    public BadCheckpointTests() => WriteCheckpoint();

    public static TheoryData<string, string[]> Damages => new()
    {
        { "truncated shard", ["model-2.safetensors", "cut off"] },
        { "empty shard", ["model-2.safetensors", "at least 8"] },
        { "missing shard", ["model-2.safetensors is missing", "Download the whole checkpoint"] },
        { "missing index entry", ["missing: model.norm.weight [8]"] },
        { "index entry in the wrong shard", ["index.json says that 'model.norm.weight' is in model-1.safetensors"] },
        { "index without names", ["not a good index"] },
        { "index with a number for a file", ["not a good index"] },
        { "index with null for a file", ["names no file for 'model.norm.weight'"] },
        { "index out of the folder", ["outside its folder"] },
        { "index that names a pickle", ["pytorch_model.bin", "pickle", "safe_serialization=True"] },
        { "only a pickle", ["pytorch_model.bin", "pickle", "never does", "safe_serialization=True"] },
        { "only a .pt", ["consolidated.00.pt", "pickle"] },
        { "wrong type", ["wrong type: model.norm.weight is Int64"] },
        { "unknown type", ["dtype 'F4'", "not supported"] },
        { "wrong shape", ["misshapen: model.norm.weight is [4], expected [8]"] },
        { "overlapping tensors", ["overlap"] },
        { "tensor out of range", ["outside the"] },
        { "huge shape", ["impossible shape"] },
        { "huge header length", ["its header says"] },
        { "negative shape", ["impossible shape"] },
        { "duplicate key", ["'model.norm.weight' is listed twice"] },
        { "key without offsets", ["not the JSON it should be"] },
        { "header that is no JSON", ["not the JSON it should be"] },
        { "a billion layers", ["missing: model.layers.2", "more"] },
        { "a giant vocabulary", ["model.embed_tokens.weight is [20, 8], expected [2000000000, 8]"] },
        { "heads wider than any", ["head_dim"] },
        { "config cut off", ["config.json", "not valid JSON"] },
        { "half a character in a key", ["config.json", "surrogate"] },
        { "half a character in a value", ["config.json", "surrogate"] },
        { "a key twice", ["config.json", "model_type"] },
        { "config in Latin-1", ["config.json", "UTF-8"] },
        { "rope_theta of 0", ["rope_theta", "from 1"] },
        { "rms_norm_eps of 1e300", ["rms_norm_eps", "from 0 to 1"] },
        { "rope_theta of 1e999", ["rope_theta"] },
        { "unknown model", ["not a model that Praline knows", "llama, mistral, qwen2"] },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Damages))]
    public void A_bad_checkpoint_is_a_clear_error_at_once(string damage, string[] says)
    {
        Damage(damage);
        Expect(says, () => LlamaModel.Load(_folder.Path).Store.Dispose());
    }

    [Fact]
    public void The_undamaged_checkpoint_opens()
    {
        using var store = LlamaModel.Load(_folder.Path).Store;
        Assert.Equal(21, store.Parameters.Count);
    }

    [Fact]
    public void A_tokenizer_with_a_dangling_merge_is_a_clear_error_at_once()
    {
        File.WriteAllText(_folder["tokenizer.json"], """{"model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": ["a b"]}}""");
        Expect(["tokenizer.json", "model.merges[0]", "'ab'"], () => Tokenizer.Load(_folder.Path));
    }

    [Fact]
    public void A_template_with_an_endless_loop_is_a_clear_error_at_once()
    {
        File.WriteAllText(
            _folder["chat_template.jinja"], "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% endfor %}{% endfor %}{% endfor %}");
        Expect(["template"], () => ChatTemplate.Load(_folder.Path)!.Render([new ChatMessage("user", "Hi")]));
    }

    private static void Expect(string[] says, Action action)
    {
        // The second run shows the time without the compiler's.
        var (fastest, memory) = (TimeSpan.MaxValue, Environment.WorkingSet);
        for (var run = 0; run < 2; run++)
        {
            var start = ThreadTime.Now;
            var error = Assert.ThrowsAny<PralineException>(action);
            var taken = ThreadTime.Now - start;
            fastest = taken < fastest ? taken : fastest;
            Assert.All(says, part => Assert.Contains(part, error.Message, StringComparison.OrdinalIgnoreCase));
            Assert.True(error.Message.Length < 8000, "the message is a book");
        }

        Assert.True(fastest < TimeSpan.FromSeconds(1), $"took {fastest}");
        Assert.True(Environment.WorkingSet - memory < MostMemory, $"took {(Environment.WorkingSet - memory) >> 20} MB");
    }

    [Fact]
    public void A_byte_order_mark_is_passed_over()
    {
        File.WriteAllBytes(_folder["config.json"], [0xEF, 0xBB, 0xBF, .. File.ReadAllBytes(_folder["config.json"])]);
        LlamaModel.Load(_folder.Path).Store.Dispose();
    }

    private void Prepend(string entry) => File.WriteAllText(_folder["config.json"], "{" + entry + "," + File.ReadAllText(_folder["config.json"]).TrimStart()[1..]);

    private void Damage(string damage)
    {
        var second = _folder["model-2.safetensors"];
        switch (damage)
        {
            case "truncated shard": File.WriteAllBytes(second, File.ReadAllBytes(second)[..^40]); break;
            case "empty shard": File.WriteAllBytes(second, []); break;
            case "missing shard": File.Delete(second); break;
            case "missing index entry": Index(map => map.Remove("model.norm.weight")); break;
            case "index entry in the wrong shard": Index(map => map["model.norm.weight"] = "model-1.safetensors"); break;
            case "index without names": File.WriteAllText(_folder["model.safetensors.index.json"], """{"metadata": {}}"""); break;
            case "index with a number for a file": Index(map => map["model.norm.weight"] = 7); break;
            case "index with null for a file": Index(map => map["model.norm.weight"] = null); break;
            case "index out of the folder": Index(map => map["model.norm.weight"] = "/etc/passwd"); break;
            case "index that names a pickle":
                Index(map => map["model.norm.weight"] = "pytorch_model.bin");
                File.WriteAllBytes(_folder["pytorch_model.bin"], [0x80, 2]);
                break;
            case "only a pickle" or "only a .pt":
                File.Delete(_folder["model.safetensors.index.json"]);
                File.WriteAllBytes(_folder[damage == "only a .pt" ? "consolidated.00.pt" : "pytorch_model.bin"], [0x80, 2]);
                break;
            case "wrong type": Replace("model.norm.weight", Tensor.Ones([8], DType.Int64)); break;
            case "wrong shape": Replace("model.norm.weight", Tensor.Ones([4])); break;
            case "unknown type": Header("\"dtype\":\"F32\",\"shape\":[8]", "\"dtype\":\"F4\",\"shape\":[8]"); break;
            case "overlapping tensors": Lie("""{"dtype":"F32","shape":[8],"data_offsets":[0,32]}"""); break;
            case "tensor out of range": Lie("""{"dtype":"F32","shape":[8],"data_offsets":[99999968,100000000]}"""); break;
            case "huge shape": Lie("""{"dtype":"F32","shape":[4000000000,4000000000,4000000000],"data_offsets":[0,32]}"""); break;
            case "negative shape": Lie("""{"dtype":"F32","shape":[-8],"data_offsets":[0,32]}"""); break;
            case "key without offsets": Lie("""{"dtype":"F32","shape":[8]}"""); break;
            case "duplicate key": Lie("""{"dtype":"F32","shape":[8],"data_offsets":[0,32]},"model.norm.weight":{"dtype":"F32","shape":[8],"data_offsets":[32,64]}"""); break;
            case "huge header length": File.WriteAllBytes(second, [.. BitConverter.GetBytes(99_000_000_000UL), .. File.ReadAllBytes(second)[8..]]); break;
            case "header that is no JSON": File.WriteAllBytes(second, [.. BitConverter.GetBytes(16UL), .. new byte[64]]); break;
            case "a billion layers": Config("num_hidden_layers", 2_000_000_000); break;
            case "a giant vocabulary": Config("vocab_size", 2_000_000_000); break;
            case "heads wider than any": Config("head_dim", 2_000_000_000); break;
            case "config cut off": File.WriteAllText(_folder["config.json"], File.ReadAllText(_folder["config.json"])[..40]); break;
            case "half a character in a key": Prepend("\"x\\ud800\": 1"); break;
            case "half a character in a value": Prepend("\"x\": \"\\udc00\""); break;
            case "a key twice": Prepend("\"model_type\": \"llama\""); break;
            case "config in Latin-1": File.WriteAllBytes(_folder["config.json"], [.. Encoding.Latin1.GetBytes(File.ReadAllText(_folder["config.json"]).Insert(1, "\"x\": \"\u00e9\", "))]); break;
            case "rope_theta of 0": Prepend("\"rope_theta\": 0"); break;
            case "rope_theta of 1e999": Prepend("\"rope_theta\": 1e999"); break;
            case "rms_norm_eps of 1e300": Prepend("\"rms_norm_eps\": 1e300"); break;
            case "unknown model": Config("model_type", "mamba"); break;
            default: throw new ArgumentException(damage);
        }
    }

    private void Index(Action<JsonObject> change)
    {
        var index = JsonNode.Parse(File.ReadAllText(_folder["model.safetensors.index.json"]))!;
        change(index["weight_map"]!.AsObject());
        File.WriteAllText(_folder["model.safetensors.index.json"], index.ToJsonString());
    }

    private void Config(string key, JsonNode value)
    {
        var config = JsonNode.Parse(File.ReadAllText(_folder["config.json"]))!;
        config[key] = value;
        File.WriteAllText(_folder["config.json"], config.ToJsonString());
    }

    private void Replace(string name, Tensor tensor)
    {
        using var scope = new TensorScope();
        var tensors = SafetensorsFile.Load(_folder["model-2.safetensors"]);
        tensors[name] = tensor;
        SafetensorsWriter.Write(_folder["model-2.safetensors"], tensors);
    }

    /// <summary>The second shard becomes a file whose header says this about <c>model.norm.weight</c>, and little else.</summary>
    private void Lie(string entry)
    {
        var json = Encoding.UTF8.GetBytes($$"""{"x":{"dtype":"F32","shape":[8],"data_offsets":[0,32]},"model.norm.weight":{{entry}}}""");
        File.WriteAllBytes(_folder["model-2.safetensors"], [.. BitConverter.GetBytes((ulong)json.Length), .. json, .. new byte[64]]);
    }

    private void Header(string from, string to)
    {
        var bytes = File.ReadAllBytes(_folder["model-2.safetensors"]);
        var length = (int)BitConverter.ToUInt64(bytes);
        var header = Encoding.UTF8.GetString(bytes, 8, length);
        Assert.Contains(from, header);
        var json = Encoding.UTF8.GetBytes(header.Replace(from, to));
        File.WriteAllBytes(_folder["model-2.safetensors"], [.. BitConverter.GetBytes((ulong)json.Length), .. json, .. bytes[(8 + length)..]]);
    }

    private void WriteCheckpoint()
    {
        TinyText.WriteConfig(_folder.Path);
        using var store = new ParameterStore(new RandomSource(1));
        _ = new LlamaModel(LlamaConfig.Read(_folder.Path), store.Root);
        var last = new[] { "model.norm.weight", "lm_head.weight" };
        SafetensorsWriter.Write(_folder["model-1.safetensors"], store.Parameters.Where(p => !last.Contains(p.Key)).ToDictionary());
        SafetensorsWriter.Write(_folder["model-2.safetensors"], store.Parameters.Where(p => last.Contains(p.Key)).ToDictionary());
        var map = new JsonObject(store.Parameters.Keys.Select(name =>
            KeyValuePair.Create(name, (JsonNode?)(last.Contains(name) ? "model-2.safetensors" : "model-1.safetensors"))));
        File.WriteAllText(_folder["model.safetensors.index.json"], new JsonObject { ["weight_map"] = map }.ToJsonString());
    }
}
