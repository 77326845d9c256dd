using System.Text.Json;

namespace Praline.Text.Tokenizers.Models;

/// <summary>The tokens of a model and their ids, both ways. Ids may have gaps.</summary>
internal sealed class Vocabulary
{
    /// <summary>Above any real vocabulary; keeps a damaged id from asking for gigabytes.</summary>
    public const int LargestId = 1 << 24;

    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly string?[] _tokens;

    private Vocabulary(Dictionary<string, int> ids, string?[] tokens)
    {
        _ids = ids;
        _tokens = tokens;
        _lookup = ids.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The number of tokens.</summary>
    public int Count => _ids.Count;

    /// <summary>One more than the largest id.</summary>
    public int IdLimit => _tokens.Length;

    public IEnumerable<KeyValuePair<string, int>> Entries => _ids;

    /// <summary>Reads an object that maps tokens to ids.</summary>
    public static Vocabulary Read(JsonSection section)
    {
        if (!section.IsObject)
        {
            throw section.Expected("an object that maps tokens to ids");
        }

        var entries = new List<(string, int)>();
        foreach (var property in section.Element.EnumerateObject())
        {
            var token = section.NameOf(property);
            if (property.Value.ValueKind != JsonValueKind.Number || !property.Value.TryGetInt32(out var id))
            {
                throw section[token].Expected("an id");
            }

            entries.Add((token, id));
        }

        return Create(entries, section.Where);
    }

    /// <exception cref="PralineException">An id is negative, too large or given twice, or a token is.</exception>
    public static Vocabulary Create(IReadOnlyCollection<(string Token, int Id)> entries, string where)
    {
        var largest = -1;
        foreach (var (token, id) in entries)
        {
            if (id is < 0 or > LargestId)
            {
                throw new PralineException($"{where}: token '{token}' has id {id}; ids lie between 0 and {LargestId}.");
            }

            largest = Math.Max(largest, id);
        }

        var tokens = new string?[largest + 1];
        var ids = new Dictionary<string, int>(entries.Count, StringComparer.Ordinal);
        foreach (var (token, id) in entries)
        {
            if (tokens[id] is { } other)
            {
                throw new PralineException($"{where}: tokens '{other}' and '{token}' have the same id {id}.");
            }

            if (!ids.TryAdd(token, id))
            {
                throw new PralineException($"{where}: token '{token}' is listed twice, with ids {ids[token]} and {id}.");
            }

            tokens[id] = token;
        }

        return new Vocabulary(ids, tokens);
    }

    public bool TryGetId(ReadOnlySpan<char> token, out int id) => _lookup.TryGetValue(token, out id);

    public int? IdOf(string? token) => token is not null && _ids.TryGetValue(token, out var id) ? id : null;

    public string? TokenOf(int id) => (uint)id < (uint)_tokens.Length ? _tokens[id] : null;
}
