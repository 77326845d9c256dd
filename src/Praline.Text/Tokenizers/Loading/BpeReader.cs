using System.Text.Json;
using Praline.Text.Tokenizers.Models;

namespace Praline.Text.Tokenizers.Loading;

/// <summary>Reads a BPE model: vocabulary, and merges as "a b" strings or as pairs.</summary>
internal static class BpeReader
{
    private const int LongestAffix = 32;

    public static BpeModel Read(JsonSection section)
    {
        var options = new BpeOptions
        {
            UnknownToken = section["unk_token"].OptionalString(),
            FuseUnknown = section["fuse_unk"].Bool(false),
            ByteFallback = section["byte_fallback"].Bool(false),
            IgnoreMerges = section["ignore_merges"].Bool(false),
            Prefix = Affix(section["continuing_subword_prefix"]),
            Suffix = Affix(section["end_of_word_suffix"]),
        };
        var vocabulary = Vocabulary.Read(section["vocab"]);
        if (options.UnknownToken is { } unknown && vocabulary.IdOf(unknown) is null)
        {
            throw section["unk_token"].Fail($"the unknown token '{unknown}' is not in model.vocab.");
        }

        return new BpeModel(vocabulary, ReadMerges(section["merges"], vocabulary, options.Prefix.Length), options);
    }

    private static string Affix(JsonSection section) => section.OptionalString() is not { } affix ? ""
        : affix.Length <= LongestAffix ? affix
        : throw section.Fail($"is {affix.Length} characters long; at most {LongestAffix} are read.");

    private static MergeTable ReadMerges(JsonSection section, Vocabulary vocabulary, int prefixLength)
    {
        if (!section.IsArray)
        {
            throw section.Expected("an array of merges");
        }

        var table = new MergeTable(section.Element.GetArrayLength());
        var rank = 0;
        var joined = new char[256];
        foreach (var item in section.Element.EnumerateArray())
        {
            var (left, right) = Sides(section, item, rank);
            if (joined.Length < left.Length + right.Length)
            {
                joined = new char[(left.Length + right.Length) * 2];
            }

            var tail = right.Span[Math.Min(prefixLength, right.Length)..];
            left.Span.CopyTo(joined);
            tail.CopyTo(joined.AsSpan(left.Length));
            var merged = joined.AsSpan(0, left.Length + tail.Length);
            if (!vocabulary.TryGetId(left.Span, out var leftId))
            {
                throw Dangling(section, rank, left.ToString());
            }

            if (!vocabulary.TryGetId(right.Span, out var rightId))
            {
                throw Dangling(section, rank, right.ToString());
            }

            if (!vocabulary.TryGetId(merged, out var mergedId))
            {
                throw Dangling(section, rank, merged.ToString());
            }

            table.Set(leftId, rightId, rank++, mergedId);
        }

        return table;
    }

    private static PralineException Dangling(JsonSection section, int index, string token) =>
        new($"{section.Where}[{index}]: the merge needs the token '{token}', which is not in model.vocab.");

    private static (ReadOnlyMemory<char> Left, ReadOnlyMemory<char> Right) Sides(JsonSection section, JsonElement item, int index)
    {
        try
        {
            if (item.ValueKind == JsonValueKind.Array && item.GetArrayLength() == 2
                && item[0].ValueKind == JsonValueKind.String && item[1].ValueKind == JsonValueKind.String)
            {
                return (item[0].GetString().AsMemory(), item[1].GetString().AsMemory());
            }

            if (item.ValueKind == JsonValueKind.String)
            {
                var text = item.GetString()!;
                var space = text.IndexOf(' ');
                if (space >= 0 && text.IndexOf(' ', space + 1) < 0)
                {
                    return (text.AsMemory(0, space), text.AsMemory(space + 1));
                }
            }
        }
        catch (InvalidOperationException e)
        {
            throw new PralineException($"{section.Where}[{index}]: the merge is not valid Unicode.", e);
        }

        throw new PralineException($"{section.Where}[{index}]: expected a merge, two tokens as \"a b\" or [\"a\", \"b\"].");
    }
}
