"""Tiny random checkpoints of every architecture that Praline opens, made by transformers, with the numbers it computes from them."""

import inspect
import json
from dataclasses import dataclass
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file
from transformers import (
    CLIPVisionConfig, CLIPVisionModel, LlamaConfig, LlamaForCausalLM, LlavaConfig, LlavaForConditionalGeneration, LlavaNextConfig,
    LlavaNextForConditionalGeneration, MistralConfig, MistralForCausalLM, Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration,
    Qwen2Config, Qwen2ForCausalLM, Qwen2VLConfig, Qwen2VLForConditionalGeneration, SiglipVisionConfig, SiglipVisionModel)

IMAGE, VIDEO, VISION_START, VISION_END = 150, 151, 152, 153
NEW_TOKENS = 12


def text_config(**changes):
    return dict(vocab_size=160, hidden_size=64, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
                max_position_embeddings=512, bos_token_id=1, eos_token_id=2, pad_token_id=0, tie_word_embeddings=False) | changes


def vision_config(**changes):
    return dict(hidden_size=32, intermediate_size=64, num_hidden_layers=3, num_attention_heads=4, image_size=28, patch_size=7) | changes


def randomise(model, seed):
    """Weights large enough for every part to matter: as they are initialised, attention would be flat and biases zero."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            noise = torch.randn(weight.shape, generator=generator)
            if weight.dim() == 1 and "norm" in name.lower() and name.endswith("weight"):
                weight.copy_(1 + 0.2 * noise)
            elif weight.dim() == 1:
                weight.copy_(0.2 * noise)
            else:
                weight.copy_(noise * 1.2 / weight[0].numel() ** 0.5)
    return model


def text_batch(generator, rows=3, length=14, low=3, high=149):
    """Left-padded rows of different lengths; labels leave out padding, the first tokens and one in the middle."""
    ids = torch.randint(low, high, (rows, length), generator=generator)
    mask = torch.ones_like(ids)
    for row in range(rows):
        mask[row, : 2 * row] = 0
    return padded(ids, mask)


def padded(ids, mask):
    labels = ids.masked_fill(mask == 0, -100)
    for row in range(ids.shape[0]):
        start = int((mask[row] == 0).sum())
        labels[row, start : start + 3] = -100
    labels[-1, -3] = -100
    return {"input_ids": ids.masked_fill(mask == 0, 0), "attention_mask": mask, "labels": labels}


def image_rows(generator, feature_counts, marks, before=(), after=()):
    """One row per list of images: some text, each image's marks between `before` and `after`, and more text; padded on the left."""
    rows = []
    for counts, mark in zip(feature_counts, marks):
        row = torch.randint(3, 149, (4,), generator=generator).tolist()
        for count in counts:
            row += [*before, *[mark] * count, *after, *torch.randint(3, 149, (2,), generator=generator).tolist()]
        rows.append(row + torch.randint(3, 149, (9,), generator=generator).tolist())
    width = max(map(len, rows))
    ids = torch.tensor([[0] * (width - len(row)) + row for row in rows])
    mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in rows])
    batch = padded(ids, mask)
    special = torch.tensor([IMAGE, VIDEO, VISION_START, VISION_END])
    batch["labels"] = batch["labels"].masked_fill(torch.isin(batch["labels"], special), -100)
    return batch


def gradients(model, loss):
    """A handful of parameters from all over the model: the first and last of each kind of part."""
    model.zero_grad()
    loss.backward()
    named = [(name, p.grad) for name, p in model.named_parameters() if p.grad is not None]
    chosen = named[:4] + named[len(named) // 2 : len(named) // 2 + 4] + named[-6:]
    return {f"grad.{name}": grad for name, grad in chosen}


def language(model, batch):
    out = model(**batch, output_hidden_states=True)
    expected = {"logits": out.logits, "loss": out.loss.view(1)} | gradients(model, out.loss)
    expected |= {f"hidden_states.{i}": state for i, state in enumerate(out.hidden_states)}
    return expected | greedy(model, {key: batch[key] for key in ("input_ids", "attention_mask")})


def multimodal(model, batch):
    out = model(**batch)
    expected = {"logits": out.logits, "loss": out.loss.view(1)} | gradients(model, out.loss)
    return expected if "position_ids" in batch else expected | greedy(model, {key: value for key, value in batch.items() if key != "labels"})


def tower(model, batch):
    with torch.no_grad():
        out = model(**batch, output_hidden_states=True)
    expected = {f"hidden_states.{i}": state for i, state in enumerate(out.hidden_states)}
    return expected | {"last_hidden_state": out.last_hidden_state, "pooler_output": out.pooler_output}


def greedy(model, batch):
    """Greedy tokens; in 16 bits two candidates are too often equal for them to mean anything."""
    if model.dtype != torch.float32:
        return {}
    model.generation_config.eos_token_id = None
    with torch.no_grad():
        return {"generated_ids": model.generate(
            **batch, max_new_tokens=NEW_TOKENS, do_sample=False, num_beams=1, repetition_penalty=1.0, pad_token_id=0)}


def record(folder, model, batch, compute, place, **meta):
    """
    Writes checkpoint, inputs and what `compute` makes of them. In 16 bits the numbers are those of the rounded weights computed in
    single precision, with the relative distance at which transformers' own 16-bit results are from them: rounding adds up with depth, and
    nobody can be asked to be closer than the reference.
    """
    batch = {key: value.to(place.device) for key, value in batch.items()}
    model = model.to(place.device, place.dtype).to(torch.float32).eval()
    expected = compute(model, batch)
    if place.dtype != torch.float32:
        expected.pop("generated_ids", None)
        own = compute(model.to(place.dtype), {key: value.to(place.dtype) if value.is_floating_point() else value for key, value in batch.items()})
        meta["relative_rounding"] = {key: float((own[key].float() - value).norm() / value.norm()) for key, value in expected.items()}
    folder.mkdir(parents=True)
    model.save_pretrained(folder)
    host = lambda tensors: {key: value.detach().cpu().contiguous().clone() for key, value in tensors.items()}
    save_file(host(batch), folder / "inputs.safetensors")
    save_file(host(expected), folder / "expected.safetensors")
    (folder / "meta.json").write_text(json.dumps({"transformers": transformers.__version__, "torch": torch.__version__} | meta))


def build(kind, config, seed):
    """A random model with the plainest attention, chosen before its layers are made."""
    config._attn_implementation = "eager"
    return randomise(kind(config), seed)


def causal(kind, config, **batch):
    return lambda folder, seed, place: record(
        folder, build(kind, config, seed), text_batch(torch.Generator().manual_seed(seed + 1), **batch), language, place)


def vision_tower(kind, config):
    def make(folder, seed, place):
        generator = torch.Generator().manual_seed(seed + 1)
        record(folder, build(kind, config, seed), {"pixel_values": torch.randn(2, 3, 28, 28, generator=generator)}, tower, place)
    return make


def llava(text, vision, **changes):
    def make(folder, seed, place):
        generator = torch.Generator().manual_seed(seed + 1)
        config = LlavaConfig(text_config=text, vision_config=vision, image_token_index=IMAGE, image_token_id=IMAGE, image_seq_length=16,
                             vision_feature_layer=-2, vision_feature_select_strategy="default", pad_token_id=0, **changes)
        model = build(LlavaForConditionalGeneration, config, seed)
        batch = image_rows(generator, [[16], [16, 16]], [IMAGE, IMAGE])
        batch["pixel_values"] = torch.randn(3, 3, 28, 28, generator=generator)
        record(folder, model, batch, multimodal, place, images_per_row=[1, 2])
    return make


def llava_next(text, vision):
    def make(folder, seed, place):
        generator = torch.Generator().manual_seed(seed + 1)
        pinpoints = [[28, 56], [56, 28], [56, 56]]
        config = LlavaNextConfig(text_config=text, vision_config=vision, image_token_index=IMAGE, image_token_id=IMAGE,
                                 vision_feature_layer=-2, image_grid_pinpoints=pinpoints, vision_feature_select_strategy="default",
                                 pad_token_id=0, tie_word_embeddings=False)
        model = build(LlavaNextForConditionalGeneration, config, seed)
        sizes = torch.tensor([[50, 47], [28, 80]])
        tiles = torch.randn(2, 5, 3, 28, 28, generator=generator)
        tiles[1, 3:] = 0
        counts = next_features(model, tiles, sizes)
        batch = image_rows(generator, [[counts[0]], [counts[1]]], [IMAGE, IMAGE])
        batch |= {"pixel_values": tiles, "image_sizes": sizes}
        record(folder, model, batch, multimodal, place, images_per_row=[1, 1])
    return make


def next_features(model, tiles, sizes):
    """How many features transformers makes of each image: its own answer, whatever the version calls the function."""
    with torch.no_grad():
        inner = getattr(model, "model", model)
        find = inner.get_image_features if hasattr(inner, "get_image_features") else model.get_image_features
        features = find(tiles, sizes, vision_feature_layer=-2, vision_feature_select_strategy="default")
        features = getattr(features, "pooler_output", features)
        if getattr(features[0], "dim", lambda: 0)() == 2:
            return [len(image) for image in features]
        return model.pack_image_features(features, sizes, "default", image_newline=model.image_newline)[1].tolist()


def qwen(kind, config_kind, vision, video, windows=None):
    def make(folder, seed, place):
        generator = torch.Generator().manual_seed(seed + 1)
        text = text_config(rope_theta=1e4, rope_scaling={"type": "mrope", "mrope_section": [2, 3, 3]})
        config = config_kind(**text, vision_config=vision | (windows or {}), image_token_id=IMAGE, video_token_id=VIDEO,
                             vision_start_token_id=VISION_START, vision_end_token_id=VISION_END)
        model = build(kind, config, seed)
        images = torch.tensor([[1, 8, 12], [1, 6, 4], [1, 4, 10]])
        videos = torch.tensor([[3, 4, 6], [2, 8, 4]])
        grids = videos if video else images
        counts = (grids.prod(1) // 4).tolist()
        per_row = [1, 1] if video else [1, 2]
        rows = [counts[:1], counts[1:]]
        batch = image_rows(generator, rows, [VIDEO if video else IMAGE] * 2, [VISION_START], [VISION_END])
        pixels = torch.randn(int(grids.prod(1).sum()), 3 * 2 * 7 * 7, generator=generator)
        batch |= {"pixel_values_videos": pixels, "video_grid_thw": videos} if video else {"pixel_values": pixels, "image_grid_thw": images}
        if video and windows is not None:
            batch["second_per_grid_ts"] = torch.tensor([1.0, 0.5])
        if "mm_token_type_ids" in inspect.signature(model.forward).parameters:
            # Version 5 is told which tokens are an image's (1) or a video's (2).
            batch["mm_token_type_ids"] = (batch["input_ids"] == IMAGE) + 2 * (batch["input_ids"] == VIDEO)
        rate = config.vision_config.tokens_per_second * batch.get("second_per_grid_ts", torch.zeros(3)) if windows is not None else torch.ones(3)
        batch |= published_positions(folder.name, model, batch, grids, per_row, rate if video else torch.zeros(3))
        record(folder, model, batch, multimodal, place, images_per_row=per_row)
    return make


def published_positions(name, model, batch, grids, per_row, rates):
    """
    Positions in three dimensions as the papers and transformers 4 have them (time, row and column count up inside a video), if this
    version of transformers has others: some of version 5 give all frames of a video the same time. Empty when it agrees.
    """
    inner = model.model if hasattr(model.model, "get_rope_index") else model
    accepted = inspect.signature(inner.get_rope_index).parameters
    own = inner.get_rope_index(**{key: value for key, value in batch.items() if key in accepted})[0].cpu()
    expected, first = torch.ones_like(own), 0
    for row, count in enumerate(per_row):
        real = batch["attention_mask"][row].cpu() == 1
        positions, ids, at, place = [], batch["input_ids"][row].cpu()[real].tolist(), 0, 0
        while place < len(ids):
            if ids[place] not in (IMAGE, VIDEO):
                positions, at, place = positions + [(at, at, at)], at + 1, place + 1
                continue
            time, height, width = grids[first].tolist()
            rate, first = float(rates[first]), first + 1
            cells = [(at + int(t * rate), at + r, at + c) for t in range(time) for r in range(height // 2) for c in range(width // 2)]
            positions, at, place = positions + cells, max(map(max, cells)) + 1, place + len(cells)
        expected[:, row, real] = torch.tensor(positions).T
    kept = batch["attention_mask"].cpu() == 1
    if torch.equal(own[:, kept], expected[:, kept]):
        return {}
    print(f"{name:24} note: transformers {transformers.__version__} numbers a video's frames otherwise than published; compared at the published positions, without generation")
    return {"position_ids": expected.to(batch["input_ids"].device)}


QWEN2_VISION = dict(depth=3, embed_dim=32, hidden_size=64, num_heads=4, mlp_ratio=2, patch_size=7, spatial_merge_size=2, temporal_patch_size=2)
QWEN25_VISION = dict(depth=4, hidden_size=32, intermediate_size=48, out_hidden_size=64, num_heads=4, patch_size=7, spatial_merge_size=2,
                     temporal_patch_size=2, tokens_per_second=2)
WINDOWS = dict(window_size=28, fullatt_block_indexes=[1, 3])

CASES = {
    "llama": causal(LlamaForCausalLM, LlamaConfig(**text_config())),
    "llama-tied-bias": causal(LlamaForCausalLM, LlamaConfig(**text_config(
        tie_word_embeddings=True, attention_bias=True, mlp_bias=True, num_key_value_heads=1, rope_theta=5e5))),
    "llama3-rope": causal(LlamaForCausalLM, LlamaConfig(**text_config(max_position_embeddings=64, rope_theta=5e5, rope_scaling=dict(
        rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=16))), length=40),
    "llama-linear-rope": causal(LlamaForCausalLM, LlamaConfig(**text_config(rope_scaling=dict(rope_type="linear", factor=4.0)))),
    "mistral-sliding": causal(MistralForCausalLM, MistralConfig(**text_config(sliding_window=6, head_dim=32))),
    "qwen2": causal(Qwen2ForCausalLM, Qwen2Config(**text_config(rope_theta=1e6))),
    "clip-vision": vision_tower(CLIPVisionModel, CLIPVisionConfig(**vision_config())),
    "siglip-vision": vision_tower(SiglipVisionModel, SiglipVisionConfig(**vision_config())),
    "llava": llava(text_config(model_type="llama"), vision_config(model_type="clip_vision_model")),
    "llava-next-mistral": llava_next(text_config(model_type="mistral", sliding_window=None), vision_config(model_type="clip_vision_model")),
    "llava-next-llama": llava_next(text_config(model_type="llama"), vision_config(model_type="clip_vision_model")),
    "qwen2-vl-images": qwen(Qwen2VLForConditionalGeneration, Qwen2VLConfig, QWEN2_VISION, video=False),
    "qwen2-vl-videos": qwen(Qwen2VLForConditionalGeneration, Qwen2VLConfig, QWEN2_VISION, video=True),
    "qwen2.5-vl-images": qwen(Qwen2_5_VLForConditionalGeneration, Qwen2_5_VLConfig, QWEN25_VISION, False, WINDOWS),
    "qwen2.5-vl-videos": qwen(Qwen2_5_VLForConditionalGeneration, Qwen2_5_VLConfig, QWEN25_VISION, True, WINDOWS),
}


@dataclass
class Place:
    """Where the reference computes, and the type that the checkpoint is in."""

    device: str
    dtype: torch.dtype


def make(root, names, seed, device="cpu", dtype=torch.float32):
    """Writes the named cases below root; returns those that this version of transformers could not make, with the reason."""
    failed = {}
    for name in names:
        try:
            CASES[name](Path(root) / name, seed, Place(device, dtype))
        except Exception as error:  # another version's API must not take the other architectures down with it
            failed[name] = f"{type(error).__name__}: {error}"
    return failed
