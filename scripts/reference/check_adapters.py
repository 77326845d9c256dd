#!/usr/bin/env python3
"""Adapters between Praline and PEFT, both ways, on tiny models.

    python3 scripts/reference/check_adapters.py [--praline ./praline] [--keep FOLDER] [--only NAME]

Needs torch, transformers (4.46 to 4.51), peft and Pillow, which Praline itself does not. For each kind of adapter it

1. trains one with `praline train`, loads it with PEFT, and has `praline verify` compare Praline's logits with PEFT's;
2. makes one with PEFT, saves it, and has `praline verify` compare again;
3. merges both with `praline merge` and with PEFT's merge_and_unload, and compares every weight.

It prints a line per comparison, and exits with 1 when one fails.
"""

import argparse, json, shutil, subprocess, sys, tempfile, warnings
from pathlib import Path

import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, CLIPVisionConfig, LlamaConfig, LlamaForCausalLM, LlavaConfig, LlavaForConditionalGeneration
from peft import LoraConfig, PeftModel, get_peft_model

ROOT = Path(__file__).resolve().parents[2]
ATTENTION = ["q_proj", "k_proj", "v_proj", "o_proj"]
LINEAR = ATTENTION + ["gate_proj", "up_proj", "down_proj"]
LOGITS, WEIGHTS = 1e-5, 1e-6  # allowed differences, absolute and relative, of single precision

# name, model, options of praline train, arguments of PEFT's LoraConfig
CASES = [
    ("lora", "text", ["--lora-target-modules", *LINEAR], dict(target_modules=LINEAR)),
    ("rslora", "text", ["--lora-target-modules", *LINEAR, "--lora-use-rslora"], dict(target_modules=LINEAR, use_rslora=True)),
    ("dora", "text", ["--lora-target-modules", *LINEAR, "--lora-use-dora"], dict(target_modules=LINEAR, use_dora=True)),
    ("all-linear", "text", ["--lora-target-modules", "all-linear"], dict(target_modules="all-linear")),
    ("pattern", "text", ["--lora-target-modules", r".*layers\.[12]\..*(q|v)_proj", "--lora-target-is-pattern"],
     dict(target_modules=r".*layers\.[12]\..*(q|v)_proj")),
    ("ranks", "text", ["--lora-target-modules", *LINEAR, "--lora-rank-pattern", "q_proj=2", r"layers.1.mlp.down_proj=3", "--lora-alpha-pattern", "q_proj=32"],
     dict(target_modules=LINEAR, rank_pattern={"q_proj": 2, "layers.1.mlp.down_proj": 3}, alpha_pattern={"q_proj": 32})),
    ("layers", "text", ["--lora-target-modules", *ATTENTION, "--lora-layers-to-transform", "0", "3"],
     dict(target_modules=ATTENTION, layers_to_transform=[0, 3])),
    ("excluded", "text", ["--lora-target-modules", *LINEAR, "--lora-exclude-modules", "up_proj"],
     dict(target_modules=LINEAR, exclude_modules=["up_proj"])),
    ("head-and-embedding", "text", ["--lora-target-modules", "q_proj", "lm_head", "embed_tokens"],
     dict(target_modules=["q_proj", "lm_head", "embed_tokens"])),
    ("whole-head", "text", None, dict(target_modules=ATTENTION, modules_to_save=["lm_head", "norm"])),
    ("language", "llava", ["--lora-target-modules", *ATTENTION], dict(target_modules=r".*language_model.*\.(q|k|v|o)_proj")),
    ("tower", "llava", ["--lora-target-modules", *ATTENTION, "fc1", "--lora-parts", "language", "vision"], dict(target_modules=ATTENTION + ["fc1"])),
    ("projector-lora", "llava", ["--lora-target-modules", "linear_1", "linear_2", "v_proj", "--lora-parts", "language", "projector"],
     dict(target_modules=r".*(linear_1|linear_2|language_model.*v_proj)")),
    ("projector-whole", "llava", ["--lora-target-modules", *ATTENTION, "--train", "lora", "projector"],
     dict(target_modules=r".*language_model.*\.(q|k|v|o)_proj", modules_to_save=["multi_modal_projector"])),
]


def make_models(folder):
    """A text model as an AuroraCap root with an untied head, and a LLaVA; random weights, Praline's small tokenizer."""
    shipped = ROOT / "models" / "small-captioner"
    vocabulary = json.loads((shipped / "config.json").read_text())["vocab_size"]
    torch.manual_seed(1)
    language = LlamaConfig(
        hidden_size=48, intermediate_size=80, num_hidden_layers=4, num_attention_heads=4, num_key_value_heads=2, vocab_size=vocabulary,
        bos_token_id=1, eos_token_id=2, pad_token_id=3, tie_word_embeddings=False, initializer_range=0.1)
    text = folder / "text"
    shutil.copytree(shipped, text)
    LlamaForCausalLM(language).save_pretrained(text)

    projector = json.loads((text / "projector" / "config.json").read_text())
    projector["llm_hidden_size"] = language.hidden_size
    (text / "projector" / "config.json").write_text(json.dumps(projector))
    weights = load_file(text / "projector" / "model.safetensors")
    cut = {name: w[:48, :48] if w.shape == (160, 160) else w[:48] for name, w in weights.items()}
    save_file({name: w.contiguous().clone() for name, w in cut.items()}, text / "projector" / "model.safetensors", {"format": "pt"})

    vision = CLIPVisionConfig(
        hidden_size=32, intermediate_size=48, num_hidden_layers=3, num_attention_heads=2, image_size=32, patch_size=8, initializer_range=0.2)
    llava = folder / "llava"
    model = LlavaForConditionalGeneration(LlavaConfig(
        vision_config=vision, text_config=language, image_token_index=vocabulary - 1, vision_feature_layer=-2, projector_hidden_act="gelu"))
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() > 1:
                weight.normal_(std=0.1)
    model.save_pretrained(llava)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(shipped / name, llava)
    size = {"height": 32, "width": 32}
    (llava / "preprocessor_config.json").write_text(json.dumps({
        "image_processor_type": "CLIPImageProcessor", "crop_size": size, "size": {"shortest_edge": 32}, "do_center_crop": True, "do_resize": True,
        "do_rescale": True, "do_normalize": True, "do_convert_rgb": True, "resample": 3, "rescale_factor": 1 / 255,
        "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711]}))


def make_rows(folder):
    """Supervised rows: text alone, and about an image."""
    rows = [{"id": f"row{i}", "question": "What moves?", "answer": a} for i, a in enumerate(["A red square moves left.", "A blue ring stays in place."])]
    (folder / "text.jsonl").write_text("\n".join(map(json.dumps, rows)))
    for row in rows:
        row["image"] = row["id"] + ".png"
        Image.new("RGB", (40, 32), "red" if row["id"] == "row0" else "blue").save(folder / row["image"])
    (folder / "llava.jsonl").write_text("\n".join(map(json.dumps, rows)))


def load(kind, folder):
    return (LlavaForConditionalGeneration if kind == "llava" else AutoModelForCausalLM).from_pretrained(folder, torch_dtype=torch.float32).eval()


def write_numbers(kind, model, folder):
    """Logits of random tokens (behind an image), as `praline verify` reads them."""
    generator = torch.Generator().manual_seed(7)
    ids = torch.randint(4, 700, (2, 11), generator=generator)
    inputs = {"input_ids": ids}
    if kind == "llava":
        image = torch.full((2, 16), model.config.image_token_index)
        inputs = {"input_ids": torch.cat([ids[:, :3], image, ids[:, 3:]], 1), "pixel_values": torch.randn(2, 3, 32, 32, generator=generator)}
    with torch.no_grad():
        logits = model(**inputs).logits
    folder.mkdir()
    save_file({name: t.contiguous() for name, t in inputs.items()}, folder / "inputs.safetensors")
    save_file({"logits": logits.float().contiguous()}, folder / "expected.safetensors")


def run(praline, *arguments):
    done = subprocess.run([*praline, *map(str, arguments)], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


class Checks:
    """Prints each comparison and counts the failed ones."""

    def __init__(self):
        self.count, self.failed = 0, 0

    def add(self, what, good, detail):
        self.count, self.failed = self.count + 1, self.failed + (not good)
        print(f"{what:44} {'ok   ' if good else 'WRONG'} {detail}", flush=True)


def compare(checks, praline, name, kind, base, adapter, work):
    """One adapter folder, whoever made it: logits on top of the base, and the merged weights."""
    model = PeftModel.from_pretrained(load(kind, base), adapter).eval()
    write_numbers(kind, model, work / "numbers")
    code, said = run(praline, "verify", base, "--adapter", adapter, "--numbers", work / "numbers", "--atol", LOGITS, "--rtol", LOGITS)
    line = next((line for line in said.splitlines() if line.startswith("logits")), said.strip()[-300:])
    checks.add(f"{name}: logits", code == 0, line)

    expected = model.merge_and_unload().state_dict()
    code, said = run(praline, "merge", adapter, "--model", base, "--out", work / "merged")
    if code != 0:
        checks.add(f"{name}: merged weights", False, said.strip()[-300:])
        return
    merged = load(kind, work / "merged").state_dict()
    plain = load(kind, base).state_dict()
    worst = max(((merged[k] - w).abs() / (1 + w.abs())).max().item() for k, w in expected.items() if w.is_floating_point())
    changed = sum(not torch.equal(merged[k], w) for k, w in plain.items())
    checks.add(
        f"{name}: merged weights", merged.keys() == expected.keys() and worst < WEIGHTS and changed > 0,
        f"largest difference {worst:.1e}; {changed} of {len(expected)} weights are not the base's")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--praline", default=str(ROOT / "praline"), help="the command, with words before it if need be")
    parser.add_argument("--keep", help="an empty or new folder for everything that is made")
    parser.add_argument("--only", help="the cases with this in their name")
    given = parser.parse_args()
    warnings.filterwarnings("ignore")
    praline, checks = given.praline.split(), Checks()
    root = Path(given.keep or tempfile.mkdtemp(prefix="adapters-"))
    root.mkdir(parents=True, exist_ok=True)
    make_models(root)
    make_rows(root)
    for name, kind, options, arguments in CASES:
        if given.only and given.only not in name:
            continue
        base, work = root / kind, root / name
        (work / "ours").mkdir(parents=True)
        (work / "theirs").mkdir()
        if options is not None:
            code, said = run(
                praline, "train", "sft", "--pretrained-pth", base, "--dataset-path", root / f"{kind}.jsonl", "--model-dir", work / "run", "--num-epochs", 4,
                "--accumulation-steps", 2, "--learning-rate", 0.02, "--lora-r", 6, "--lora-alpha", 12, "--lora-dropout", 0.1, *options)
            if code != 0:
                checks.add(f"{name}, by Praline", False, said.strip()[-400:])
            else:
                compare(checks, praline, f"{name}, by Praline", kind, base, work / "run" / "epoch4", work / "ours")

        torch.manual_seed(5)
        model = get_peft_model(load(kind, base), LoraConfig(r=6, lora_alpha=12, **arguments))
        with torch.no_grad():
            for key, weight in model.named_parameters():
                if weight.requires_grad:
                    weight.add_(0.05 * torch.randn_like(weight))  # the update is zero at first
        model.save_pretrained(work / "adapter")
        compare(checks, praline, f"{name}, by PEFT", kind, base, work / "adapter", work / "theirs")

    print(f"{checks.count - checks.failed} of {checks.count} comparisons hold")
    if not given.keep:
        shutil.rmtree(root)
    return 1 if checks.failed or checks.count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
