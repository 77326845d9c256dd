namespace Praline.Text.ChatTemplates.Values;

/// <summary>
/// A dict: keys in the order of their first setting, compared as Python does (1, 1.0 and True are one key).
/// </summary>
internal sealed class DictValue
{
    private readonly OrderedDictionary<Key, object?> _entries = [];

    public int Count => _entries.Count;

    public IEnumerable<KeyValuePair<object?, object?>> Entries =>
        _entries.Select(e => KeyValuePair.Create(e.Key.Value, e.Value));

    public object? this[object? key]
    {
        set => _entries[Key.Of(key)] = value;
    }

    public static DictValue Of(params IEnumerable<(string Key, object? Value)> entries)
    {
        var dict = new DictValue();
        foreach (var (key, value) in entries)
        {
            dict[key] = value;
        }

        return dict;
    }

    public bool TryGet(object? key, out object? value) => _entries.TryGetValue(Key.Of(key), out value);

    /// <summary>A key in the form that makes equal keys equal.</summary>
    private readonly record struct Key(object? Value, object? Canonical)
    {
        public static Key Of(object? value) => new(value, Canonicalize(value));

        public bool Equals(Key other) => Equals(Canonical, other.Canonical);

        public override int GetHashCode() => Canonical?.GetHashCode() ?? 0;

        private static object? Canonicalize(object? value) => value switch
        {
            bool flag => flag ? 1L : 0L,
            double number when number == Math.Floor(number) && Math.Abs(number) < 1e18 => (long)number,
            null or long or double or string => value,
            // Tuples of plain values; a form that no single value has.
            SequenceValue { Kind: SequenceKind.Tuple } tuple when !tuple.Items.Any(i => i is SequenceValue) =>
                (tuple.Items.Count, string.Join('\0', tuple.Items.Select(Canonicalize).Select(i => $"{i?.GetType()}\0{i}"))),
            _ => throw TemplateErrors.Type($"unhashable type: '{ValueKinds.NameOf(value)}'"),
        };
    }
}
