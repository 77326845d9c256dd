#!/usr/bin/env python3
"""DPO step for step beside TRL's own DPOTrainer, on a tiny language model.

    python3 scripts/reference/check_dpo.py [--praline ./praline] [--steps 5] [--golden FILE]

Needs torch, transformers and trl, which Praline itself does not. Every step takes all rows, so that the order in which the two draw them does not matter; there is no
dropout and everything is single precision on the CPU. It compares loss, rewards, log-probabilities and gradient norms of each step, prints the largest difference of
each, exits with 1 when one is above 1e-5 (relative to the quantity's size), and writes what TRL logged to --golden.
"""

import argparse, json, subprocess, sys, tempfile
from pathlib import Path

import torch
from datasets import Dataset
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM
from trl import DPOConfig, DPOTrainer

ROOT = Path(__file__).resolve().parents[2]
TOLERANCE = 1e-5
LOGGED = ["loss", "rewards/chosen", "rewards/rejected", "rewards/margins", "rewards/accuracies", "logps/chosen", "logps/rejected", "grad_norm"]
ROWS = [
    ("What moves?", "A red circle moves to the left.", "A blue square stands still."),
    ("Where does it go?", "It goes to the left.", "I can not see it."),
    ("What colour is it?", "The circle is red.", "The circle is green, and so is the square."),
    ("How many are there?", "There is one circle.", "There are three squares and a circle."),
]
SETTINGS = {"sigmoid": [], "ipo": ["--loss-type", "ipo"], "hinge": ["--loss-type", "hinge"]}


def tiny_model(folder):
    """A Llama of random weights with the shipped captioner's tokenizer."""
    shipped = ROOT / "models" / "small-captioner"
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=json.loads((shipped / "config.json").read_text())["vocab_size"], hidden_size=32, intermediate_size=48, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=256, tie_word_embeddings=False)
    LlamaForCausalLM(config).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).write_bytes((shipped / name).read_bytes())


def by_trl(model, work, loss, steps):
    rows = Dataset.from_list([{"prompt": p, "chosen": c, "rejected": r} for p, c, r in ROWS])
    arguments = DPOConfig(
        output_dir=str(work / f"trl-{loss}"), loss_type=loss, beta=0.1, per_device_train_batch_size=len(ROWS), num_train_epochs=steps, learning_rate=1e-3,
        lr_scheduler_type="linear", warmup_steps=0, weight_decay=0.01, max_grad_norm=1e9, logging_steps=1, save_strategy="no", report_to=[], use_cpu=True,
        disable_dropout=True, max_length=None, bf16=False, fp16=False, gradient_checkpointing=False)
    trainer = DPOTrainer(
        model=LlamaForCausalLM.from_pretrained(model, dtype=torch.float32), args=arguments, train_dataset=rows, processing_class=AutoTokenizer.from_pretrained(model))
    trainer.train()
    return [{name: entry[name] for name in LOGGED if name in entry} for entry in trainer.state.log_history if "rewards/chosen" in entry]


def by_praline(praline, model, work, loss, options, steps):
    data, run = work / "rows.jsonl", work / f"praline-{loss}"
    data.write_text("".join(json.dumps({"prompt": p, "chosen": c, "rejected": r}) + "\n" for p, c, r in ROWS))
    subprocess.run(
        [praline, "train", "dpo", "--model", model, "--data", data, "--out", run, "--train", "language", "--beta", "0.1", *options, "--batch-size", str(len(ROWS)),
         "--accumulation-steps", "1", "--num-epochs", str(steps), "--lr", "1e-3", "--schedule", "linear", "--warmup-ratio", "0", "--weight-decay", "0.01",
         "--max-grad-norm", "1e9", "--dtype", "float32", "--threads", "1"], check=True, stdout=subprocess.DEVNULL)
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines() if "rewards/chosen" in line]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--praline", default=str(ROOT / "praline"))
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--golden", help="where TRL's numbers go")
    given = parser.parse_args()
    failed, golden = False, {}
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        tiny_model(work / "model")
        for loss, options in SETTINGS.items():
            theirs = golden[loss] = by_trl(work / "model", work, loss, given.steps)
            ours = by_praline(given.praline, work / "model", work, loss, options, given.steps)
            if len(theirs) != len(ours):
                sys.exit(f"{loss}: TRL logged {len(theirs)} steps, Praline {len(ours)}")
            for name in theirs[0]:
                worst = max(abs(t[name] - o[name]) / max(1.0, abs(t[name])) for t, o in zip(theirs, ours))
                failed |= worst > TOLERANCE
                print(f"{loss:8} {name:20} largest difference {worst:.1e}{'' if worst <= TOLERANCE else '  FAILED'}")
    if given.golden:
        Path(given.golden).write_text(json.dumps({"rows": ROWS, "logged": golden}, indent=1) + "\n")
    sys.exit(failed)


if __name__ == "__main__":
    main()
