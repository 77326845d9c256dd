using System.Text.Json;

namespace Praline.Models.Checkpoints;

/// <summary>Keys of <c>config.json</c> that no model reads, and why that is right: all others are refused by name.</summary>
internal static class KnownKeys
{
    /// <summary>Keys that say nothing about what is computed, whatever their value.</summary>
    private static readonly HashSet<string> Inert = new(StringComparer.Ordinal)
    {
        // where the checkpoint comes from and what it was made with
        "_name_or_path", "_commit_hash", "_attn_implementation_autoset", "attn_implementation", "_attn_implementation", "_flash_attn_2_enabled",
        "transformers_version", "transformers.js_config", "architectures", "auto_map", "model_type", "torch_dtype", "dtype", "initializer_range",
        "initializer_factor", "use_cache", "tokenizer_class", "processor_class", "finetuning_task", "task_specific_params", "problem_type", "id2label",
        "label2id", "num_labels", "pretraining_tp", "unsloth_version", "unsloth_fixed", "model_name", "freeze_vision_tower",

        // tokens that the tokenizer and the generation options answer for
        "bos_token_id", "eos_token_id", "pad_token_id", "sep_token_id", "decoder_start_token_id", "forced_bos_token_id", "forced_eos_token_id",
        "vision_start_token_id", "vision_end_token_id", "vision_token_id", "boi_token_index", "eoi_token_index", "ignore_index", "image_seq_length",
        "video_seq_length", "vocab_size", "prefix",

        // generation settings that older versions kept here
        "max_length", "min_length", "do_sample", "early_stopping", "num_beams", "num_beam_groups", "num_return_sequences", "diversity_penalty",
        "temperature", "top_k", "top_p", "typical_p", "repetition_penalty", "length_penalty", "no_repeat_ngram_size", "encoder_no_repeat_ngram_size",
        "bad_words_ids", "suppress_tokens", "begin_suppress_tokens", "exponential_decay_length_penalty", "remove_invalid_values", "chunk_size_feed_forward",

        // what a call of the reference library returns
        "return_dict", "return_dict_in_generate", "output_attentions", "output_hidden_states", "output_scores", "torchscript", "use_bfloat16",
        "tf_legacy_loss", "cross_attention_hidden_size",
    };

    /// <summary>Keys that change what is computed, with the one value that is computed here.</summary>
    private static readonly Dictionary<string, double> Only = new(StringComparer.Ordinal)
    {
        ["attention_dropout"] = 0,
        ["hidden_dropout"] = 0,
        ["hidden_dropout_prob"] = 0,
        ["attention_probs_dropout_prob"] = 0,
        ["dropout"] = 0,
        ["embd_pdrop"] = 0,
        ["resid_pdrop"] = 0,
        ["projection_dropout"] = 0,
        ["drop_path_rate"] = 0,
        ["partial_rotary_factor"] = 1,
        ["mlp_ratio"] = 4,
    };

    /// <summary>What is wrong with leaving a key unread; null when nothing is.</summary>
    internal static string? Problem(string key, JsonElement value)
    {
        if (Inert.Contains(key) || IsOff(value))
        {
            return null;
        }

        if (Only.TryGetValue(key, out var only))
        {
            return value.ValueKind == JsonValueKind.Number && value.GetDouble() == only ? null : FormattableString.Invariant(
                $"only {only} is implemented, found {Shown(value)}.");
        }

        return $"this family does not know the key (its value is {Shown(value)}): what it asks for would not be computed. Remove it if it means nothing.";
    }

    /// <summary>Null, false and nothing: what a key is set to when what it stands for is not wanted.</summary>
    private static bool IsOff(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.String => value.GetString()!.Length == 0,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        _ => false,
    };

    private static string Shown(JsonElement value) => value.GetRawText() is { Length: <= 60 } text ? text : value.GetRawText()[..60] + "…";
}
