namespace Praline.SmallWorld;

/// <summary>
/// One statement. Equal statements are equal values. Any statement that can be said can be represented, a false or impossible one too.
/// </summary>
public sealed record Fact
{
    private Fact(FactKind kind, Subject? subject, string? value, Fact? first = null, Fact? second = null)
    {
        (Kind, Subject, Value, First, Second) = (kind, subject, value, first, second);
    }

    /// <summary>What kind of statement it is.</summary>
    public FactKind Kind { get; }

    /// <summary>Whom it is about; null for <see cref="FactKind.Background"/> and <see cref="FactKind.Order"/>.</summary>
    public Subject? Subject { get; }

    /// <summary>The background's colour, a size, a place, a motion or a new colour in words (<see cref="Words"/>), else null.</summary>
    public string? Value { get; }

    /// <summary>Of <see cref="FactKind.Order"/>: the event that is said to be earlier.</summary>
    public Fact? First { get; }

    /// <summary>Of <see cref="FactKind.Order"/>: the event that is said to be later.</summary>
    public Fact? Second { get; }

    /// <summary>Whether it is about a moment: it appears, leaves, changes colour, starts or stops.</summary>
    public bool IsEvent => Kind is >= FactKind.Appears and <= FactKind.Stops;

    /// <summary>The background has this colour.</summary>
    public static Fact Background(WorldColor color) => new(FactKind.Background, null, Words.Of(color));

    /// <summary>There is such an object.</summary>
    public static Fact Exists(Subject subject) => new(FactKind.Exists, subject, null);

    /// <summary>It has this size.</summary>
    public static Fact Size(Subject subject, ShapeSize size) => new(FactKind.Size, subject, Words.Of(size));

    /// <summary>It is first seen here.</summary>
    public static Fact Place(Subject subject, Place place) => new(FactKind.Place, subject, Words.Of(place));

    /// <summary>It moves like this.</summary>
    public static Fact Motion(Subject subject, Motion motion) => new(FactKind.Motion, subject, Words.Of(motion));

    /// <summary>This happens to it.</summary>
    /// <exception cref="ArgumentException">When a colour is missing or too much.</exception>
    public static Fact Event(Subject subject, EventKind kind, WorldColor? color = null) =>
        (kind == EventKind.ChangesColor) == color is not null
            ? new(FactKind.Appears + (int)kind, subject, color is null ? null : Words.Of(color.Value))
            : throw new ArgumentException("A change of colour, and nothing else, has a new colour.", nameof(color));

    /// <summary>One event is before another.</summary>
    public static Fact Order(Fact first, Fact second) => new(FactKind.Order, null, null, first, second);

    /// <summary>The same statement about other subjects.</summary>
    public Fact WithSubjects(Func<Subject, Subject> rename) => new(
        Kind,
        Subject is null ? null : rename(Subject),
        Value,
        First?.WithSubjects(rename),
        Second?.WithSubjects(rename));

    /// <summary>For example "red circle motion left", "background black", "red circle stops before blue ring leaves".</summary>
    public override string ToString()
    {
        if (Kind == FactKind.Order)
        {
            return $"{First} before {Second}";
        }

        var words = new[] { Subject?.ToString(), Words.Of(Kind), Value };
        return string.Join(' ', words.Where(w => w is not null));
    }
}
