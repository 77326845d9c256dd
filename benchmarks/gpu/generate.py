"""Candidates with transformers' `generate`: n samples of every prompt, as many prompts at a time as the memory holds.

    python3 benchmarks/gpu/generate.py --model auroracap --device cuda --prompts 16 --n 10 --new-tokens 256

Prints one line of JSON like `Praline.Training.Benchmarks gpu-generate`. With --measure the first batch is timed alone and counted for all, which
have the same shapes: a whole run can take minutes.
"""

import argparse
import time

import torch

import common


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="auroracap", choices=list(common.SHAPES))
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--prompts", type=int, default=16)
    parser.add_argument("--n", type=int, default=10)
    parser.add_argument("--new-tokens", type=int, default=256)
    parser.add_argument("--together", type=int, default=16, help="prompts at a time; halved while the memory does not suffice")
    parser.add_argument("--measure", action="store_true")
    args = parser.parse_args()
    model = common.build(args, adapter=False).eval()
    visual, text, _, _ = common.sizes(args)
    embeds = (torch.randn(args.prompts, visual + text, model.config.hidden_size) * 0.02).to(args.device, model.dtype)

    def run(first, count, tokens):
        part = embeds[first : first + count]
        return model.generate(
            inputs_embeds=part, attention_mask=torch.ones(part.shape[:2], dtype=torch.long, device=args.device), do_sample=True, top_p=0.9, top_k=0,
            num_return_sequences=args.n, min_new_tokens=tokens, max_new_tokens=tokens, pad_token_id=0, eos_token_id=None,
        ).numel()

    together = min(args.together, args.prompts)
    with torch.no_grad():
        run(0, 1, 4)
        while True:
            try:
                common.synchronize(args)
                start, tokens = time.perf_counter(), 0
                for first in range(0, args.prompts, together):
                    tokens += run(first, min(together, args.prompts - first), args.new_tokens)
                    if args.measure:
                        break
                common.synchronize(args)
                break
            except torch.OutOfMemoryError:
                if together == 1:
                    raise
                together //= 2
                torch.cuda.empty_cache()
    seconds = time.perf_counter() - start
    common.report(
        section="generate", formulation="transformers", model=args.model, prompts=args.prompts, n=args.n, together=together, measured_tokens=tokens,
        seconds=seconds, tokens_per_second=tokens / seconds, peak_bytes=common.peak(args),
    )


if __name__ == "__main__":
    main()
