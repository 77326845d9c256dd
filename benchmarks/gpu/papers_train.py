"""A training step as the papers' scripts have it, on transformers and peft: every response with its whole prompt as a sequence of its own,
chosen and rejected one after the other, logits of every position in single precision, the reference model by switching the adapter off.

    python3 benchmarks/gpu/papers_train.py --model auroracap --method synpo --device cuda --steps 6 --pairs 4

Prints one line of JSON like `Praline.Training.Benchmarks gpu-train`, for the same shapes and lengths of answers.
"""

import argparse

import torch
import torch.nn.functional as F

import common


def log_probs(model, embeds, answer):
    """log π of the answer's tokens after the prompt: the logits of the whole sequence, as the scripts compute them."""
    table = model.get_input_embeddings()
    whole = torch.cat([embeds, table(answer)[None]], dim=1)
    logits = model(inputs_embeds=whole, use_cache=False).logits.float()
    first = embeds.shape[1] - 1
    rows = F.log_softmax(logits, dim=-1)[0, first : first + len(answer)]
    return rows.gather(1, answer[:, None])[:, 0]


def loss_of(args, model, embeds, chosen, rejected):
    if args.method == "crl":
        return -(log_probs(model, embeds, chosen).mean() + log_probs(model, embeds, rejected).mean()) / 2
    good, bad = log_probs(model, embeds, chosen), log_probs(model, embeds, rejected)
    if args.method == "synpo":
        return -torch.sigmoid(30 * (good.mean().exp() - bad.mean().exp())) - 0.2 * good.exp().mean()
    with torch.no_grad(), model.disable_adapter():
        reference = log_probs(model, embeds, chosen).sum() - log_probs(model, embeds, rejected).sum()
    return -F.logsigmoid(0.1 * (good.sum() - bad.sum() - reference))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="auroracap", choices=list(common.SHAPES))
    parser.add_argument("--method", default="synpo", choices=["synpo", "dpo", "crl"])
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--pairs", type=int, default=4)
    parser.add_argument("--checkpointing", action="store_true")
    args = parser.parse_args()
    model = common.build(args)
    model.train()
    if args.checkpointing:
        model.enable_input_require_grads()
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=1e-5)
    visual, text, _, _ = common.sizes(args)
    vocabulary, hidden = model.config.vocab_size, model.config.hidden_size
    dtype = model.get_input_embeddings().weight.dtype
    features = (torch.randn(1, visual, hidden) * 0.02).to(args.device, dtype)
    own = text - 5 if args.method == "crl" else 0  # the question, which conditions come before, is there twice
    counted = {"unique": 0, "pairs": 0}

    def step(number):
        total = 0.0
        for k in range(args.pairs):
            pair = number * args.pairs + k
            generator = torch.Generator().manual_seed(pair)
            good, bad = common.lengths(args, pair)
            ids = torch.randint(3, vocabulary, (text + good + bad,), generator=generator).to(args.device)
            with torch.no_grad():
                embeds = torch.cat([features, model.get_input_embeddings()(ids[:text])[None]], dim=1)
            loss = loss_of(args, model, embeds, ids[text : text + good], ids[text + good :])
            (loss / args.pairs).backward()
            total += loss.item()
            counted["unique"] += visual + text + own + good + bad - 2
            counted["pairs"] += 2 * (visual + text) + good + bad
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return total / args.pairs

    warmup = 2
    seconds, loss = common.timed(args, warmup, args.steps, step)
    steps = warmup + args.steps
    common.report(
        section="train", formulation="papers", model=args.model, method=args.method, dtype=str(dtype), seconds_per_step=seconds, steps=args.steps,
        unique_tokens_per_second=counted["unique"] / steps / seconds, pair_tokens_per_second=counted["pairs"] / steps / seconds,
        peak_bytes=common.peak(args), loss=loss, checkpointing=args.checkpointing,
    )


if __name__ == "__main__":
    main()
