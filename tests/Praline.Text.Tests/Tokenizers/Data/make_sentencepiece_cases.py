"""Trains small SentencePiece models and records what SentencePiece itself makes of texts.

Run: python3 make_sentencepiece_cases.py tok512.model   (needs sentencepiece; writes *.model and sentencepiece_cases.json here)
"""
import json
import sys
import sentencepiece as spm

CORPUS = [
    "The quick brown fox jumps over the lazy dog.", "A man is riding a wave on a surfboard in the ocean.", "It's a dog's life, isn't it?",
    "two dogs are playing in the park with a red ball", "There are 3 cats, 14 birds and 1,592 ants.", "Zażółć gęślą jaźń, Привет, мир!",
    "the the the then there their them these", "running runner ran, playing player played", "hello world hello there",
] * 3
TEXTS = [
    "Hello", " Hello", "  Hello  world  ", "The quick brown fox.", "It's the DOG'S life", "", " ", "   ", "line one\nline two", "\ttab", "100% of 1,592",
    "你好，世界！", "Привет, мир!", "Zażółć gęślą", "e\u0301 vs é", "ﬁ ﬂ Å", "𝕳𝖊 😀😃", "a\u00a0b", "x<extra>y <extra> z", "the then their", "aaaaaaaaaaaa",
    "▁under▁score", "ideographic\u3000space", "ABC ① ㎏",
]
OPTIONS = {
    "bpe_bytes": dict(model_type="bpe", byte_fallback=True, normalization_rule_name="identity", remove_extra_whitespaces=False, vocab_size=400),
    "bpe_plain": dict(model_type="bpe", normalization_rule_tsv="rules.tsv", vocab_size=120, user_defined_symbols=["<extra>"]),
    "unigram_rules": dict(model_type="unigram", normalization_rule_tsv="rules.tsv", vocab_size=100),
    "unigram_bytes": dict(model_type="unigram", byte_fallback=True, normalization_rule_name="identity", add_dummy_prefix=False, vocab_size=360),
}
with open("rules.tsv", "w") as rules:
    for source, target in [("FB01", "66 69"), ("65 301", "E9"), ("A0", "20"), ("3000", "20"), ("41", "61"), ("2460", "31"), ("338F", "6B 67"), ("A", "20"), ("9", "20")]:
        rules.write(f"{source}\t{target}\n")

models = {}
for name, options in OPTIONS.items():
    spm.SentencePieceTrainer.Train(sentence_iterator=iter(CORPUS), model_prefix=name, hard_vocab_limit=False, minloglevel=2, **options)
    models[name] = f"{name}.model"
models["tok512"] = sys.argv[1]
result = {"note": f"Made by SentencePiece {spm.__version__} (make_sentencepiece_cases.py).", "models": []}
for name, file in models.items():
    sp = spm.SentencePieceProcessor()
    sp.Load(file)
    result["models"].append({
        "file": f"{name}.model",
        "size": sp.GetPieceSize(),
        "cases": [{"text": t, "ids": sp.EncodeAsIds(t), "decoded": sp.DecodeIds(sp.EncodeAsIds(t))} for t in TEXTS],
    })
json.dump(result, open("sentencepiece_cases.json", "w"), ensure_ascii=False, indent=1)
