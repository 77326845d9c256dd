namespace Praline.Data.Rows;

/// <summary>
/// One object of a data file. Its methods give a field as the type that is wanted, or an error that names row, field, what was expected and what was found.
/// It remembers which fields were asked for, so that what a codec does not know can be named afterwards (<see cref="Unread"/>).
/// </summary>
internal sealed class Row(SampleSource source, FieldValue.Map map, string path = "")
{
    private const string Docs = "docs/data-formats.md shows the formats.";
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly HashSet<string> _declared = new(StringComparer.Ordinal);
    private readonly List<Row> _children = [];

    internal SampleSource Source { get; } = source;

    internal FieldValue.Map Value { get; } = map;

    /// <summary>Names the row in problems, once a codec knows.</summary>
    internal string? Id { get; set; }

    /// <summary>A field's value, or null when it is absent or null.</summary>
    internal FieldValue? Find(string field)
    {
        _asked.Add(field);
        return Value.Fields.TryGetValue(field, out var value) && value is not FieldValue.Null ? value : null;
    }

    /// <summary>Whether a field is there and not null. Asking does not count as knowing the field.</summary>
    internal bool Has(string field) => Value.Fields.TryGetValue(field, out var value) && value is not FieldValue.Null;

    /// <summary>Whether a field holds a value of a kind. Asking does not count as knowing the field.</summary>
    internal bool Is<T>(string field)
        where T : FieldValue => Value.Fields.TryGetValue(field, out var value) && value is T;

    /// <summary>Counts fields as known that say nothing that training needs (a score's parts, a model's name). A medium in them is refused all the same.</summary>
    internal void Know(params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
        {
            _declared.Add(field);
        }
    }

    internal string Text(string field) => Need<FieldValue.Text>(field, "a text").Value;

    internal string? OptionalText(string field) => Find(field) is null ? null : Text(field);

    internal double? OptionalNumber(string field)
    {
        var number = Find(field) is null ? null : Need<FieldValue.Number>(field, "a number");
        return number is null || double.IsFinite(number.Value) ? number?.Value : throw Error(field, "a finite number", number.Describe());
    }

    internal bool? OptionalFlag(string field) => Find(field) is null ? null : Need<FieldValue.Flag>(field, "true or false").Value;

    /// <summary>An id: a text or a number, as text.</summary>
    internal string? OptionalId(string field) => Find(field) switch
    {
        null => null,
        FieldValue.Text text => text.Value,
        FieldValue.Number number => number.Raw,
        var other => throw Error(field, "a text or a number", other.Describe()),
    };

    internal IReadOnlyList<string> Texts(string field) => [.. Need<FieldValue.List>(field, "a list of texts").Items.Select((value, i) =>
        value is FieldValue.Text text ? text.Value : throw Error($"{field}[{i}]", "a text", value.Describe()))];

    internal IReadOnlyList<double?> OptionalNumbers(string field) => [.. Need<FieldValue.List>(field, "a list of numbers or nulls").Items.Select((value, i) => value switch
    {
        FieldValue.Null => (double?)null,
        FieldValue.Number number when double.IsFinite(number.Value) => number.Value,
        _ => throw Error($"{field}[{i}]", "a finite number or null", value.Describe()),
    })];

    internal Row Object(string field) => Child(field, Need<FieldValue.Map>(field, "an object"));

    internal IReadOnlyList<Row> Rows(string field) => [.. Need<FieldValue.List>(field, "a list of objects").Items.Select((value, i) =>
        value is FieldValue.Map map ? Child($"{field}[{i}]", map) : throw Error($"{field}[{i}]", "an object", value.Describe()))];

    internal Row Child(string field, FieldValue.Map map)
    {
        var child = new Row(Source, map, PathOf(field)) { Id = Id };
        _children.Add(child);
        return child;
    }

    internal DataException Error(string field, string expected, string found, string remedy = Docs) =>
        new(new DataProblem(Source, PathOf(field), expected, found, remedy) { Id = Id ?? Source.ToString() });

    /// <summary>The fields that nobody asked for and that hold something, and whether they are known to say nothing that matters.</summary>
    internal IEnumerable<(string Path, string Name, FieldValue Value, bool Declared)> Unread() =>
        Value.Fields.Where(f => !_asked.Contains(f.Key) && f.Value is not FieldValue.Null).Select(f => (PathOf(f.Key), f.Key, f.Value, _declared.Contains(f.Key)))
            .Concat(_children.SelectMany(c => c.Unread()));

    private T Need<T>(string field, string expected)
        where T : FieldValue => Find(field) switch
        {
            T value => value,
            null when Value.Fields.ContainsKey(field) => throw Error(field, expected, "null"),
            null => throw Error(field, expected, $"no such field; the fields here are {(Value.Fields.Count == 0 ? "none" : string.Join(", ", Value.Fields.Keys))}"),
            var other => throw Error(field, expected, other.Describe()),
        };

    private string PathOf(string field) => path.Length == 0 ? field : field.Length == 0 ? path : $"{path}.{field}";
}
