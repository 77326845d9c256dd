"""Texts of all kinds with what the `tokenizers` library makes of them, for every tokenizer in tests/golden."""

import gzip
import json
import random
import shutil
from pathlib import Path

WORDS = "a the two video shows person walking, then \"smiles\"; don't it's 3.14 1,000 e-mail A.I. C++ #1 https://x.org/?q=1&r=2 naïve Straße".split(" ")
RANGES = [(0x20, 0x7E), (0xA0, 0x24F), (0x370, 0x3FF), (0x400, 0x4FF), (0x5D0, 0x5EA), (0x600, 0x6FF), (0x900, 0x97F), (0x1E00, 0x1EFF),
          (0x2000, 0x206F), (0x3040, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xFB00, 0xFB06), (0x1F300, 0x1F6FF), (0x300, 0x36F)]
SPACES = [" ", " ", " ", "  ", "\n", "\n\n", "\t", "\r\n", "\u00a0", "\u3000"]


def texts(special, count, seed):
    """Words, characters of many scripts, runs of spaces and special tokens in any order."""
    generator = random.Random(seed)
    yield from ("", " ", "\n", "  leading", "trailing  ", *special)
    for _ in range(count):
        pieces = []
        for _ in range(generator.randint(1, 12)):
            kind = generator.random()
            if kind < 0.55:
                pieces.append(generator.choice(WORDS))
            elif kind < 0.85:
                low, high = generator.choice(RANGES)
                pieces.append("".join(chr(generator.randint(low, high)) for _ in range(generator.randint(1, 6))))
            elif kind < 0.95 or not special:
                pieces.append(str(generator.randint(0, 10 ** generator.randint(1, 9))))
            else:
                pieces.append(generator.choice(special))
            pieces.append(generator.choice(SPACES) if generator.random() < 0.8 else "")
        yield "".join(pieces)


def make(root, golden, seed, count=400):
    """Writes root/tokenizer-NAME for every tokenizer; returns the names."""
    from tokenizers import Tokenizer

    names = []
    for archive in sorted(Path(golden).glob("*/tokenizer.json.gz")):
        folder = Path(root) / f"tokenizer-{archive.parent.name}"
        folder.mkdir(parents=True)
        (folder / "tokenizer.json").write_bytes(gzip.decompress(archive.read_bytes()))
        if (archive.parent / "tokenizer_config.json").exists():
            shutil.copy(archive.parent / "tokenizer_config.json", folder)
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        special = [token.content for token in tokenizer.get_added_tokens_decoder().values() if token.special][:4]
        cases = []
        for text in texts(special, count, seed):
            ids = tokenizer.encode(text).ids
            cases.append({"text": text, "ids": ids, "ids_no_special": tokenizer.encode(text, add_special_tokens=False).ids,
                          "decoded": tokenizer.decode(ids, skip_special_tokens=False), "decoded_skip_special": tokenizer.decode(ids)})
        (folder / "tokens.json").write_text(json.dumps(cases))
        names.append(folder.name)
    return names
