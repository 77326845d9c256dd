namespace Praline.Cli.Training;

/// <summary>What <c>--help</c> says of each setting of a training, and the shorter names that some have.</summary>
internal static class TrainingSettingTexts
{
    /// <summary>Settings that are no options of their own: the command gives them.</summary>
    public static IReadOnlyList<string> Left { get; } = ["method", "objective", "profile", "lora_base_model_name_or_path"];

    /// <summary>Names besides a setting's own.</summary>
    public static IReadOnlyDictionary<string, string> Aliases { get; } = new Dictionary<string, string>
    {
        ["pretrained_pth"] = "--model",
        ["dataset_path"] = "--data",
        ["dir_path"] = "--videos",
        ["model_dir"] = "--out",
        ["learning_rate"] = "--lr",
    };

    /// <summary>Descriptions by setting, in the order of the help page.</summary>
    public static IReadOnlyDictionary<string, string> Descriptions { get; } = new Dictionary<string, string>
    {
        ["pretrained_pth"] = "Checkpoint to train. Default: the small captioner that ships with Praline.",
        ["from_scratch"] = "Start from random weights; the checkpoint gives configuration and tokenizer.",
        ["adapter_path"] = "Adapter to continue training from (PEFT's files).",
        ["reference"] = "Reference model: start (the policy as training starts, as TRL does), base (no adapter), or a folder of a checkpoint or adapter.",
        ["dataset_path"] = "Rows to train on: JSON Lines, a JSON array, either as .gz or .zst, Parquet, or a folder that datasets.save_to_disk wrote.",
        ["data_format"] = "Format of all rows, instead of each row's by its fields (docs/data-formats.md).",
        ["column"] = "Fields to read under other names, as NEW=OLD.",
        ["ignore_column"] = "Fields to leave out of all rows.",
        ["more_dataset_paths"] = "More data files that are mixed in, whole.",
        ["dir_path"] = "Folder of the media that rows name. Default: the data file's folder.",
        ["model_dir"] = "The run's folder.",
        ["eval_dataset_path"] = "Held-out rows, measured during training; they choose the best checkpoint.",
        ["eval_split"] = "Share of the rows to hold out instead.",
        ["eval_steps"] = "Optimizer steps between evaluations; 0: at ends of epochs.",
        ["ratio"] = "Share of the rows that is taken.",
        ["min_score_gap"] = "Pairs with closer scores are left out.",
        ["question"] = "The question of rows that have none.",
        ["trim_answers"] = "Learn answers without the white space around them.",
        ["answer_suffix"] = "Text between an answer and its end token (MACAROON: a space).",
        ["learn_turns"] = "Answers of a conversation that supervised training learns: last, all, or numbers from 1.",
        ["condition_texts"] = "Texts of conditions for crl, as NAME=TEXT.",
        ["condition_after_question"] = "Put a condition's text behind the question.",
        ["max_length"] = "Tokens that prompt and response may have; longer rows are listed, never cut.",
        ["skip_bad_rows"] = "Leave out rows that can't be trained on; they are listed in left_out.jsonl.",
        ["train"] = "What trains: lora, language, projector, vision, last_layers:N; several are possible.",
        ["lora_parts"] = "Parts that the adapter is put on: language, vision, projector.",
        ["lora_r"] = "LoRA's rank.",
        ["lora_alpha"] = "LoRA's alpha.",
        ["lora_dropout"] = "LoRA's dropout.",
        ["lora_target_modules"] = "Modules to adapt: ends of names, or all-linear.",
        ["lora_target_is_pattern"] = "The target is one regular expression over whole names.",
        ["lora_exclude_modules"] = "Modules among the targets to leave out: ends of names.",
        ["lora_layers_to_transform"] = "Numbers of the layers to adapt.",
        ["lora_use_rslora"] = "Scale by alpha / sqrt(r).",
        ["lora_use_dora"] = "Split weights into magnitude and direction (DoRA).",
        ["lora_rank_pattern"] = "Other ranks for some modules, as MODULE=RANK.",
        ["lora_alpha_pattern"] = "Other alphas for some modules, as MODULE=ALPHA.",
        ["num_epochs"] = "Passes over the data.",
        ["max_steps"] = "Stop after so many optimizer steps.",
        ["batch_size"] = "Rows per batch; a step takes batch-size × accumulation-steps rows.",
        ["accumulation_steps"] = "Batches per optimizer step.",
        ["tokens_per_micro_batch"] = "Tokens computed at a time (speed and memory, not results); 0: batch-size rows.",
        ["gradient_checkpointing"] = "Compute each layer twice instead of keeping what it computed: less memory.",
        ["learning_rate"] = "Peak learning rate.",
        ["schedule"] = "Learning-rate schedule: linear, cosine, constant.",
        ["warmup_ratio"] = "Share of the steps that warm up.",
        ["warmup_steps"] = "Steps that warm up, instead of the share.",
        ["weight_decay"] = "AdamW's weight decay.",
        ["beta1"] = "AdamW's decay of the mean.",
        ["beta2"] = "AdamW's decay of the mean square.",
        ["max_grad_norm"] = "Gradients are clipped to this norm before the step; 0: never.",
        ["max_dropped_share"] = "Share of micro-batches with NaN or infinite values that stops the run.",
        ["seed"] = "Decides every random choice.",
        ["save_steps"] = "Optimizer steps between checkpoints; 0: at ends of epochs.",
        ["save_total_limit"] = "Checkpoints to keep, beside the best.",
        ["token_kept_ratio"] = "Share of visual tokens that AuroraCap's merging keeps.",
        ["min_frm"] = "Fewest frames of a video.",
        ["max_frm"] = "Most frames of a video.",
        ["fps_frm"] = "Frames per second of video.",
        ["sampled_frm"] = "Exactly so many frames of a video.",
        ["vision_cache"] = "Folder of vision features that runs and stages share.",
        ["feature_memory_bytes"] = "Memory for vision features; what is beyond is read from the vision cache.",
        ["media_ahead"] = "Where there are more media than this, vision features are computed when a step first needs them.",
        ["frame_cache_bytes"] = "Memory for decoded frames while a vision tower trains.",
        ["reference_cache"] = "Folder of reference log-probabilities that runs share. Default: the run's own.",
        ["torch_dtype"] = "Type of the base weights: float32, bfloat16 or float16. Default: float32 on the CPU, the checkpoint's own type on a GPU.",
        ["device"] = "cpu, cuda or cuda:N.",
        ["shard"] = "With --nproc or a launcher, what each process keeps a part of: optimizer (its state and the master weights; also --shard alone), or parameters (layers' weights and gradients too); for training whole parts.",
        ["threads"] = "Threads that an operator may use. 0: the processors of this machine.",
    };
}
