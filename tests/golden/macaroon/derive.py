#!/usr/bin/env python3
"""Derives cases.json: token ids and labels of MACAROON's rows, by hand-written steps that share nothing with Praline.

The steps are those of the published data modules (data_module_SFT/CRL/dpo/multiturn.py of ShujinWu-0814/MACAROON):
  question  <s>[INST] <image>\n{question} [/INST]        later turns of a conversation: <s>[INST] {question} [/INST]
  response  {response} </s>                              with the space before the end token
  labels    -100 over questions (and earlier responses), the ids themselves over the response that is learnt
  CRL       "good " or "bad " before the question, by the side that the row has
and of a fast Llama tokenizer (legacy): added tokens are cut out first; each piece between them is normalised by itself (a "▁" before it,
spaces to "▁"), then byte-pair merges in the order of their ranks, and UTF-8 bytes for characters without a token.
Run here: python3 derive.py > cases.json
"""
import gzip
import json
import re

ADDED = {"<unk>": 0, "<s>": 1, "</s>": 2, "<image>": 32000, "<pad>": 32001}
NAMES = {"mistral": "LLaVA-1.6-Mistral's: Mistral's with <image> and <pad>", "llama2": "LLaVA-1.5's: Llama 2's with <image> and <pad>"}


class Tokenizer:
    def __init__(self, name):
        with gzip.open(f"../tokenizers/{name}/tokenizer.json.gz", "rt", encoding="utf-8") as f:
            model = json.load(f)["model"]
        self.vocab = model["vocab"]
        pairs = [m.split(" ") if isinstance(m, str) else m for m in model["merges"]]
        self.ranks = {tuple(p): i for i, p in enumerate(pairs)}

    def piece(self, text):
        symbols = list("▁" + text.replace(" ", "▁"))
        while True:
            best = min(((self.ranks.get((a, b), 1 << 30), i) for i, (a, b) in enumerate(zip(symbols, symbols[1:]))), default=(1 << 30, 0))
            if best[0] == 1 << 30:
                break
            symbols[best[1]:best[1] + 2] = [symbols[best[1]] + symbols[best[1] + 1]]
        ids = []
        for s in symbols:
            ids += [self.vocab[s]] if s in self.vocab else [self.vocab[f"<0x{b:02X}>"] for b in s.encode("utf-8")]
        return ids

    def __call__(self, text):
        parts = re.split("(" + "|".join(map(re.escape, ADDED)) + ")", text)
        return [i for p in parts if p for i in ([ADDED[p]] if p in ADDED else self.piece(p))]


def sequence(tokenizer, texts):
    """Question and response texts by turns; only the last is learnt."""
    ids, labels = [], []
    for k, text in enumerate(texts):
        own = tokenizer(text)
        ids += own
        labels += own if k == len(texts) - 1 else [-100] * len(own)
    return {"input_ids": ids, "labels": labels}


def expected(tokenizer, method, row):
    turns = row["conversations"]
    first = lambda text: f"<s>[INST] <image>\n{text} [/INST]"
    response = lambda text: f"{text} </s>"
    question, answer = turns[0]["value"], turns[1]["value"]
    if method == "sft":
        return [sequence(tokenizer, [first(question), response(answer["preferred"])])]
    if method == "dpo":
        return [sequence(tokenizer, [first(question), response(answer[side])]) for side in ("preferred", "rejected")]
    if method == "crl":
        side = list(answer.keys())[0]
        return [sequence(tokenizer, [first(("good " if side == "preferred" else "bad ") + question), response(answer[side])])]
    texts = [first(t["value"]) if i == 0 else f"<s>[INST] {t['value']} [/INST]" if i % 2 == 0 else response(t["value"]) for i, t in enumerate(turns)]
    return [sequence(tokenizer, texts)]


def row(question, value, *more):
    turns = [question, value, *more]
    return {"id": 0, "image": "image.png", "conversations": [{"from": "human" if i % 2 == 0 else "gpt", "value": v} for i, v in enumerate(turns)]}


PAIRS = [
    ("What color is the car?", "There are three cars. Which one do you mean?", "The car is red."),
    ("Why is the woman's coat green?", "Her coat isn't green: it is red.", "Because green suits her."),
    ("Is this café's “Überraschung” 好吃吗? 🍰", "That depends — do you like sweet things? 🙂", "Yes, it's très bon!"),
    ("First line\nSecond line  with two spaces?", "1. Which line?\n2. Why?\n", "  Both. "),
]
CONVERSATIONS = [
    ("Who owns the dog?", "It belongs to Anna.", "That is not the response that I hoped for. Say what the image tells.", "The image does not tell who owns it."),
    ("What is it?", "A bus.", "Which one?", "The blue one.", "Is it late?", "I cannot know: when should it be there?"),
]

cases = []
for name in NAMES:
    t = Tokenizer(name)
    rows = [("sft", row(q, {"preferred": p, "rejected": r})) for q, p, r in PAIRS]
    rows += [("dpo", row(q, {"preferred": p, "rejected": r})) for q, p, r in PAIRS]
    rows += [("crl", row(q, {side: text})) for q, p, r in PAIRS for side, text in (("preferred", p), ("rejected", r))]
    rows += [("multiturn", row(*c)) for c in CONVERSATIONS]
    cases += [{"tokenizer": name, "method": m, "row": r, "expected": expected(t, m, r)} for m, r in rows]
print("[\n" + ",\n".join(json.dumps(c, ensure_ascii=False) for c in cases) + "\n]")
