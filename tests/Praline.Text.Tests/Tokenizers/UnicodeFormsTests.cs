using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Praline.Text.Tokenizers;

namespace Praline.Text.Tests.Tokenizers;

/// <summary>
/// The four normalization forms of every code point below U+30000, before and behind marks. The digests are those of
/// Python 3.11's <c>unicodedata.normalize</c> (Unicode 14), over <c>c + "\u0323\u0301a\u030a" + c + "\n"</c> in UTF-8
/// for each c but the surrogates.
/// </summary>
public class UnicodeFormsTests
{
    [Theory]
    [InlineData("NFC", "1990495d3c12bfb7c49bcde553fa058f7cedbdb5ae5f3528f1f56888d4f02fa3")]
    [InlineData("NFD", "4c3a894c0d679153f4901d2a788a81d6c7e1977d9f379db3a91d5b11ca7b50cd")]
    [InlineData("NFKC", "81e94ed959dbbaed9d58bfd79d0ce6d085a887fa59392b7cb63a4be864a9e1a5")]
    [InlineData("NFKD", "518f9ec15e3da4fdaeade28fccc7166788e8ed28b14c16ea07ab8724b405ed8a")]
    public void EveryCodePointIsAsInPython(string form, string digest)
    {
        // Without merges, decoding gives back what was normalized.
        var json = JsonNode.Parse(BpeTrainer.Train([], 260, new BpeTrainerOptions { AddBosToken = false }).TokenizerJson)!;
        json["normalizer"] = new JsonObject { ["type"] = form };
        var tokenizer = Tokenizer.FromJson(Encoding.UTF8.GetBytes(json.ToJsonString()));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var first = 0; first < 0x30000; first += 0x400)
        {
            var text = string.Concat(Enumerable.Range(first, 0x400)
                .Where(c => c is < 0xD800 or >= 0xE000)
                .Select(char.ConvertFromUtf32)
                .Select(c => c + "\u0323\u0301a\u030a" + c + "\n"));
            hash.AppendData(Encoding.UTF8.GetBytes(tokenizer.Decode(tokenizer.Encode(text))));
        }

        Assert.Equal(digest, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
