using System.Text;
using Praline.Text.Tokenizers;
using Praline.Testing;

namespace Praline.Text.Tests.Tokenizers;

/// <summary>
/// Damages tokenizer files at random, the same way every time: each must load or end in a <see
/// cref="PralineException"/>, soon. <c>PRALINE_FUZZ</c> multiplies the number of files.
/// </summary>
public class TokenizerFuzzTests
{
    private static readonly string[] Texts = ["Hello, world 123!", "  <s>日本 😀</s>\n", "aaaa'll e\u0301"];

    [Fact]
    public void DamagedTokenizerJsonNeverCrashes()
    {
        var seeds = RustCasesTests.TokenizerFiles.ToArray();
        var slowest = Fuzz(6_000, round =>
        {
            var random = new Random(round);
            return Mutation.Apply(seeds[random.Next(seeds.Length)], seeds[random.Next(seeds.Length)], random);
        }, bytes => Use(() => Tokenizer.FromJson(bytes)));
        Assert.True(slowest < TimeSpan.FromSeconds(10), $"the slowest file took {slowest}");
    }

    [Fact]
    public void DamagedSentencePieceModelsNeverCrash()
    {
        string[] names = ["tok512.model", "bpe_plain.model", "unigram_rules.model", "unigram_bytes.model"];
        var seeds = names.Select(name => File.ReadAllBytes(TestFiles.Path(name))).ToArray();
        var folder = Directory.CreateTempSubdirectory("praline-fuzz-");
        try
        {
            var slowest = Fuzz(3_000, round =>
            {
                var random = new Random(round);
                return Mutation.Apply(seeds[random.Next(seeds.Length)], seeds[random.Next(seeds.Length)], random);
            }, bytes =>
            {
                File.WriteAllBytes(Path.Combine(folder.FullName, "tokenizer.model"), bytes);
                Use(() => Tokenizer.Load(folder.FullName));
            });
            Assert.True(slowest < TimeSpan.FromSeconds(10), $"the slowest file took {slowest}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static TimeSpan Fuzz(int usual, Func<int, byte[]> make, Action<byte[]> use)
    {
        var slowest = TimeSpan.Zero;
        for (var round = 0; round < Mutation.Rounds(usual); round++)
        {
            var bytes = make(round);
            var start = ThreadTime.Now;
            try
            {
                use(bytes);
            }
            catch (Exception e) when (e is not PralineException)
            {
                throw new InvalidOperationException($"round {round}: {e.GetType().Name} for {Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, 2000)])}", e);
            }
            catch (PralineException)
            {
            }

            var taken = ThreadTime.Now - start;
            slowest = taken > slowest ? taken : slowest;
        }

        return slowest;
    }

    private static void Use(Func<Tokenizer> load)
    {
        var tokenizer = load();
        foreach (var text in Texts)
        {
            tokenizer.Decode(tokenizer.Encode(text), skipSpecialTokens: true);
        }
    }
}
