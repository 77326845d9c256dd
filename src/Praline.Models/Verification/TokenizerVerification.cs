using System.Text.Json;
using Praline.Text.Tokenizers;
using Praline.Torch;

namespace Praline.Models.Verification;

/// <summary>
/// A checkpoint's tokenizer against ids and texts of another library: <c>tokens.json</c>, a list of objects with <c>text</c> and any of
/// <c>ids</c>, <c>ids_no_special</c>, <c>decoded</c> and <c>decoded_skip_special</c> (both of <c>ids</c>).
/// </summary>
internal static class TokenizerVerification
{
    private const string FileName = "tokens.json";

    /// <summary>True when the folder has texts to compare.</summary>
    internal static bool Applies(string folder) => File.Exists(Path.Combine(folder, FileName));

    /// <summary>One quantity: how many of the comparisons differ, and the first that does.</summary>
    /// <exception cref="PralineException">The tokenizer or the file can't be read.</exception>
    internal static VerifiedQuantity Run(string folder)
    {
        var path = Path.Combine(folder, FileName);
        var tokenizer = Tokenizer.Load(folder);
        var (compared, different, first) = (0, 0, "");
        foreach (var item in Read(path))
        {
            Compare(item.Ids, () => tokenizer.Encode(item.Text), "ids");
            Compare(item.IdsNoSpecial, () => tokenizer.Encode(item.Text, addSpecialTokens: false), "ids_no_special");
            Compare(item.Decoded, () => tokenizer.Decode(item.Ids!, skipSpecialTokens: false, cleanUpTokenizationSpaces: false), "decoded");
            Compare(item.DecodedSkipSpecial, () => tokenizer.Decode(item.Ids!, skipSpecialTokens: true, cleanUpTokenizationSpaces: false), "decoded_skip_special");

            void Compare<T>(T? expected, Func<T> actual, string what)
                where T : class
            {
                if (expected is null)
                {
                    return;
                }

                compared++;
                var (wanted, got) = (JsonSerializer.Serialize(expected), JsonSerializer.Serialize(actual()));
                if (wanted != got && different++ == 0)
                {
                    first = $"; first: {what} of {JsonSerializer.Serialize(item.Text)}: expected {wanted}, got {got}";
                }
            }
        }

        return new VerifiedQuantity(FileName, different, "exact", compared > 0 && different == 0, $"{different} of {compared} comparisons differ{first}");
    }

    private static List<Case> Read(string path)
    {
        try
        {
            var cases = JsonSerializer.Deserialize<List<Case>>(
                File.ReadAllBytes(path), new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower }) ?? [];
            return cases.FindIndex(item => item.Text is null || (item.Ids is null && (item.Decoded ?? item.DecodedSkipSpecial) is not null)) is >= 0 and var at
                ? throw new PralineException($"{path}: item {at} needs a text, and ids beside decoded texts.")
                : cases;
        }
        catch (JsonException error)
        {
            throw new PralineException($"{path}: expected a list of objects with text, ids, … (docs/checkpoints.md): {error.Message}", error);
        }
    }

    private sealed record Case(string Text, int[]? Ids, int[]? IdsNoSpecial, string? Decoded, string? DecodedSkipSpecial);
}
