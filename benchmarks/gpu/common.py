"""Models of published shapes with random weights on a device, and the papers' LoRA: the counterpart of GpuSubject.cs."""

import json
import time

import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM

ALL = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
SHAPES = {
    "auroracap": dict(vocab_size=32000, lora=(128, 64, 0.05, ALL)),
    "llava-next": dict(vocab_size=32064, lora=(16, 16, 0.1, ALL[:3])),
    "llava-next-mistral": dict(vocab_size=32064, intermediate_size=14336, num_key_value_heads=8, rope_theta=1e6, lora=(16, 16, 0.1, ALL[:3])),
    "tiny": dict(vocab_size=300, hidden_size=64, intermediate_size=176, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, lora=(4, 8, 0.05, ALL)),
}


def sizes(args):
    """Visual tokens, text tokens, shortest and longest answer."""
    return (40, 8, 6, 12) if args.model == "tiny" else (1170, 60, 200, 400)


def lengths(args, pair):
    """As GpuSubject.Lengths draws them, so that both formulations train on answers of the same lengths."""
    _, _, shortest, longest = sizes(args)
    mask = 0xFFFFFFFF

    def draw(salt):
        mixed = (pair * 7919 + salt * 104729 + 12345) & mask
        return shortest + (mixed * 2654435761) % 1000003 % (longest - shortest + 1)

    return draw(0), draw(1)


def build(args, adapter=True):
    shape = dict(SHAPES[args.model])
    r, alpha, dropout, targets = shape.pop("lora")
    kind, model_kind = (MistralConfig, MistralForCausalLM) if "rope_theta" in shape else (LlamaConfig, LlamaForCausalLM)
    config = kind(max_position_embeddings=4096, attn_implementation="sdpa", **({"sliding_window": None} if kind is MistralConfig else {}), **shape)
    dtype = torch.bfloat16 if args.device.startswith("cuda") else torch.float32
    torch.manual_seed(1)
    with torch.device(args.device):
        torch.set_default_dtype(dtype)
        model = model_kind(config)
        torch.set_default_dtype(torch.float32)
    model = model.to(dtype)
    if adapter:
        model = get_peft_model(model, LoraConfig(r=r, lora_alpha=alpha, lora_dropout=dropout, target_modules=targets))
    return model


def synchronize(args):
    if args.device.startswith("cuda"):
        torch.cuda.synchronize()


def peak(args):
    if args.device.startswith("cuda"):
        return torch.cuda.max_memory_allocated()
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def timed(args, warmup, steps, step):
    for i in range(warmup):
        step(i)
    if args.device.startswith("cuda"):
        torch.cuda.reset_peak_memory_stats()
    synchronize(args)
    start = time.perf_counter()
    for i in range(steps):
        last = step(warmup + i)
    synchronize(args)
    return (time.perf_counter() - start) / steps, last


def report(**values):
    print(json.dumps(values), flush=True)
