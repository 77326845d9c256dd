using System.Diagnostics;
using System.Text;
using Praline.Text.Tokenizers;

namespace Praline.Text.Tests.Tokenizers;

/// <summary>Damaged and hostile files end in an error that names the file and the key.</summary>
public class BadTokenizerTests
{
    private const string Model = """{"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}""";

    [Theory]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": ["a b"]}}""", "model.merges[0]", "'ab'")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0, "ab": 1}, "merges": [["a", "b"]]}}""", "model.merges[0]", "'b'")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a  b"]}}""", "model.merges[0]", "two tokens")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [7]}}""", "model.merges[0]", "two tokens")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0, "b": 0}, "merges": []}}""", "model.vocab", "same id 0")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0, "a": 1}, "merges": []}}""", "model.vocab", "twice")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 2000000000}, "merges": []}}""", "model.vocab", "2000000000")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": -1}, "merges": []}}""", "model.vocab", "-1")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 99999999999999}, "merges": []}}""", "model.vocab.a", "an id")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": "0"}, "merges": []}}""", "model.vocab.a", "an id")]
    [InlineData("""{"model": {"type": "BPE", "vocab": ["a"], "merges": []}}""", "model.vocab", "an object")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": {}}}""", "model.merges", "an array")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [], "unk_token": "u"}}""", "model.unk_token", "'u'")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [], "byte_fallback": 1}}""", "model.byte_fallback", "true or false")]
    [InlineData("""{"model": {"type": "Magic"}}""", "model.type", "'Magic'")]
    [InlineData("""{"model": 5}""", "model", "an object")]
    [InlineData("""{}""", "model", "nothing")]
    [InlineData("""[]""", "tok.json", "an object")]
    [InlineData("""{"model": {"type": "BPE", "vo""", "tok.json", "complete")]
    [InlineData("", "tok.json", "complete")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"\ud800": 0}, "merges": []}}""", "model.vocab", "Unicode")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [], "unk_tok\ud8": 0, "unk_to\ud800": 0}}""", "tok.json", "not valid")]
    public void ModelErrorsNameFileAndKey(string json, string key, string detail) => Check(json, key, detail);

    [Theory]
    [InlineData("""{"pre_tokenizer": {"type": "Split", "pattern": {"Regex": "(a"}, "behavior": "Isolated"}""", "pre_tokenizer.pattern.Regex", "not closed")]
    [InlineData("""{"pre_tokenizer": {"type": "Split", "pattern": {"Regex": "\\p{Klingon}"}, "behavior": "Isolated"}""", "pre_tokenizer.pattern.Regex", "Klingon")]
    [InlineData("""{"pre_tokenizer": {"type": "Split", "pattern": {"Regex": "a{5000}"}, "behavior": "Isolated"}""", "pre_tokenizer.pattern.Regex", "1000")]
    [InlineData("""{"pre_tokenizer": {"type": "Split", "pattern": {"Regex": "((((a{99}){99}){99}){99})"}, "behavior": "Isolated"}""", "pre_tokenizer.pattern.Regex", "steps")]
    [InlineData("""{"pre_tokenizer": {"type": "Split", "pattern": {"String": "a"}, "behavior": "Sideways"}""", "pre_tokenizer.behavior", "Isolated")]
    [InlineData("""{"pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Nope"}]}""", "pre_tokenizer.pretokenizers[0].type", "'Nope'")]
    [InlineData("""{"normalizer": {"type": "Prepend", "prepend": 3}""", "normalizer.prepend", "a string")]
    [InlineData("""{"normalizer": {"type": "Precompiled", "precompiled_charsmap": "AAAA"}""", "normalizer.precompiled_charsmap", "damaged")]
    [InlineData("""{"decoder": {"type": "Strip", "content": "ab", "start": 1, "stop": 0}""", "decoder.content", "one character")]
    [InlineData("""{"post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>"}}], "special_tokens": {}}""", "post_processor.single[0].SpecialToken.id", "special_tokens")]
    [InlineData("""{"added_tokens": [{"id": 1, "content": "x"}]""", "tok.json", "'b'")]
    [InlineData("""{"added_tokens": [{"id": 7, "content": "x"}, {"id": 7, "content": "y"}]""", "tok.json", "same id 7")]
    [InlineData("""{"added_tokens": [{"id": 2147483647, "content": "x"}]""", "tok.json", "2147483647")]
    public void PartErrorsNameFileAndKey(string beginning, string key, string detail) => Check($"{beginning}, \"model\": {Model}}}", key, detail);

    [Fact]
    public void DeepNestingIsAnError()
    {
        var nested = string.Concat(Enumerable.Repeat("""{"type": "Sequence", "normalizers": [""", 5000));
        Check($$"""{"model": {{Model}}, "normalizer": {{nested}}""", "tok.json", "JSON");
    }

    [Fact]
    public void HostilePatternIsAnErrorNotAHang()
    {
        var tokenizer = Load(
            $$$"""{"model": {{{Model}}}, "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "(a+)+$"}, "behavior": "Isolated"}}""");
        var watch = Stopwatch.StartNew();
        var error = Assert.Throws<PralineException>(() => tokenizer.Encode(new string('a', 5000) + "b"));
        Assert.Contains("too many steps", error.Message);
        Assert.Contains("pre_tokenizer.pattern.Regex", error.Message);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"took {watch.Elapsed}");
    }

    [Fact]
    public void FolderWithoutTokenizerSaysSo()
    {
        var folder = Directory.CreateTempSubdirectory("praline-none-");
        var error = Assert.Throws<PralineException>(() => Tokenizer.Load(folder.FullName));
        Assert.Contains("neither tokenizer.json nor tokenizer.model", error.Message);
        folder.Delete();
        Assert.Throws<PralineException>(() => Tokenizer.Load(folder.FullName));
    }

    [Theory]
    [InlineData("")]
    [InlineData("IQ== 0\nIg== 1\n")]
    [InlineData("\u0001\u0002\u0003")]
    public void WhatIsNoSentencePieceModelIsAnError(string content)
    {
        var folder = Directory.CreateTempSubdirectory("praline-bad-");
        File.WriteAllText(Path.Combine(folder.FullName, "tokenizer.model"), content);
        var error = Assert.Throws<PralineException>(() => Tokenizer.Load(folder.FullName));
        Assert.Contains("tokenizer.model", error.Message);
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("String")]
    [InlineData("Regex")]
    public void A_normalizer_that_multiplies_a_text_is_refused_before_the_memory(string kind)
    {
        var step = $$$"""{"type": "Replace", "pattern": {"{{{kind}}}": "a"}, "content": "{{{new string('a', 1000)}}}"}""";
        var tokenizer = Load($$$"""{"normalizer": {"type": "Sequence", "normalizers": [{{{step}}}, {{{step}}}, {{{step}}}]}, "model": {{{Model}}}}""");
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<PralineException>(() => tokenizer.Encode(new string('a', 1000)));
        Assert.Contains("1,000", error.Message);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 200 << 20);
    }

    private static Tokenizer Load(string json) => Tokenizer.FromJson(Encoding.UTF8.GetBytes(json), source: "tok.json");

    private static void Check(string json, string key, string detail)
    {
        var error = Assert.Throws<PralineException>(() => Load(json));
        Assert.StartsWith("tok.json", error.Message);
        Assert.Contains(key, error.Message);
        Assert.Contains(detail, error.Message);
    }
}
