namespace Praline.Data;

/// <summary>Who says a turn.</summary>
public enum Role
{
    /// <summary>The person who asks.</summary>
    User,

    /// <summary>The model.</summary>
    Assistant,
}

/// <summary>A piece of a turn: a text, or a medium at its place between texts.</summary>
public abstract record Part
{
    private Part()
    {
    }

    /// <summary>A text without marks.</summary>
    public sealed record Text(string Value) : Part;

    /// <summary>An image or a video.</summary>
    public sealed record Medium(MediaReference Reference) : Part;
}

/// <summary>One turn of a conversation.</summary>
/// <param name="Role">Who says it.</param>
/// <param name="Parts">What is said, media in their places.</param>
public sealed record Turn(Role Role, IReadOnlyList<Part> Parts)
{
    /// <summary>A turn of text alone.</summary>
    public Turn(Role role, string text)
        : this(role, [new Part.Text(text)])
    {
    }

    /// <summary>The texts without the media.</summary>
    public string Text => Parts is [Part.Text only] ? only.Value : string.Concat(Parts.OfType<Part.Text>().Select(p => p.Value));

    /// <summary>The media without the texts.</summary>
    public IEnumerable<MediaReference> Media => Parts.OfType<Part.Medium>().Select(p => p.Reference);

    /// <summary>The text with <c>&lt;image&gt;</c> and <c>&lt;video&gt;</c> where the media stand.</summary>
    public string MarkedText => string.Concat(Parts.Select(p => p is Part.Text text ? text.Value
        : ((Part.Medium)p).Reference.IsVideo ? MediaMarks.Video : MediaMarks.Image));

    /// <inheritdoc/>
    public bool Equals(Turn? other) => other is not null && Role == other.Role && Parts.SequenceEqual(other.Parts);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Role, Parts.Count, Text);
}

/// <summary>One answer to a sample's last turn, with whatever its format says of it.</summary>
/// <param name="Text">The answer, as it stands in the file.</param>
public sealed record Answer(string Text)
{
    /// <summary>A judge's score, higher is better.</summary>
    public double? Score { get; init; }

    /// <summary>Its place among the sample's answers, 1 the best.</summary>
    public int? Rank { get; init; }

    /// <summary>Whether it is desirable (KTO's label).</summary>
    public bool? Label { get; init; }

    /// <summary>The condition under which it is learnt (MACAROON's <c>preferred</c> and <c>rejected</c>).</summary>
    public string? Condition { get; init; }
}

/// <summary>A better and a worse answer.</summary>
public sealed record PreferencePair(Answer Chosen, Answer Rejected)
{
    /// <summary>How much better the chosen answer was scored; null without scores.</summary>
    public double? Gap => Chosen.Score - Rejected.Score;
}

/// <summary>
/// One row of preference data in no particular format: a conversation with its media in their places, and one or more answers to its last turn.
/// What a method trains on is one of the views: <see cref="Pair"/>, <see cref="Rated"/>, <see cref="Ranked"/>, <see cref="Conditional"/> or
/// <see cref="Plain"/>; a row that can't give it says what it lacks.
/// </summary>
public sealed record Sample
{
    /// <summary>The row's own name, or its place.</summary>
    public required string Id { get; init; }

    /// <summary>Where the row stands.</summary>
    public required SampleSource Source { get; init; }

    /// <summary>Its number among the data set's rows, from 0: the same whatever container and format the rows are in.</summary>
    public int Number { get; init; }

    /// <summary>The format that it was read as, see <see cref="DataFormats"/>.</summary>
    public string Format { get; init; } = "";

    /// <summary>The system text; null for none.</summary>
    public string? System { get; init; }

    /// <summary>The conversation up to the answer: user and assistant in turn, the last a user's.</summary>
    public required IReadOnlyList<Turn> Turns { get; init; }

    /// <summary>The answers; at least one.</summary>
    public required IReadOnlyList<Answer> Answers { get; init; }

    /// <summary>All media, in the order of their places.</summary>
    public IEnumerable<MediaReference> Media => Turns.SelectMany(t => t.Media);

    /// <summary>A better and a worse answer: of ranked or scored answers the best and the worst.</summary>
    /// <exception cref="DataException">The row has no two answers of which one is better.</exception>
    public PreferencePair Pair()
    {
        var ranked = Ordered("a chosen and a rejected answer");
        return new PreferencePair(ranked[0], ranked[^1]);
    }

    /// <summary>Answers that are each desirable or not: the row's label, or a pair's two sides.</summary>
    /// <exception cref="DataException">The row has neither a label nor a pair.</exception>
    public IReadOnlyList<Answer> Rated()
    {
        if (Answers.All(a => a.Label is not null))
        {
            return [.. Answers.Select(a => a with { Condition = null })];
        }

        var pair = Ordered("an answer with a label, or a chosen and a rejected one");
        return [pair[0] with { Label = true }, pair[^1] with { Label = false }];
    }

    /// <summary>Two or more answers, best first.</summary>
    /// <exception cref="DataException">The row has fewer than two answers, or nothing that orders them.</exception>
    public IReadOnlyList<Answer> Ranked() => Ordered("two or more answers that are ranked or scored");

    /// <summary>Answers under conditions: those that the row names, or a pair's sides as <c>preferred</c> and <c>rejected</c>.</summary>
    /// <exception cref="DataException">The row has neither conditions nor a pair.</exception>
    public IReadOnlyList<Answer> Conditional()
    {
        if (Answers.All(a => a.Condition is not null))
        {
            return Answers;
        }

        var pair = Ordered("answers with conditions, or a chosen and a rejected one");
        return [pair[0] with { Condition = "preferred" }, pair[^1] with { Condition = "rejected" }];
    }

    /// <summary>One answer to learn from: the only one, or the best.</summary>
    /// <exception cref="DataException">The only answer is labelled undesirable or is the rejected side alone, or nothing says which of several is best.</exception>
    public Answer Plain()
    {
        if (Answers is [var only])
        {
            return only.Label == false || only.Condition == "rejected"
                ? throw Lacks("an answer to learn from", only.Label == false ? "one with the label false" : "the rejected answer alone")
                : only with { Condition = null };
        }

        return Ordered("one answer, or several that are ranked or scored")[0];
    }

    /// <summary>Whether the row gives a <see cref="Pair"/>.</summary>
    public bool HasPair => Answers.Count > 1 && (Answers.All(a => a.Rank is not null) || Answers.All(a => a.Score is not null));

    /// <summary>A problem of this row.</summary>
    public DataProblem Problem(string field, string expected, string found, string remedy, bool isError = true) =>
        new(Source, field, expected, found, remedy, isError) { Id = Id };

    private Answer[] Ordered(string expected)
    {
        if (Answers.Count < 2)
        {
            throw Lacks(expected, "one answer alone");
        }

        if (!HasPair)
        {
            throw Lacks(expected, $"{Answers.Count} answers without ranks or scores");
        }

        var plain = Answers.Select(a => a with { Condition = null });
        Answer[] ordered = Answers.All(a => a.Rank is not null) ? [.. plain.OrderBy(a => a.Rank)] : [.. plain.OrderByDescending(a => a.Score)];
        return ordered[0].Rank is null && ordered[0].Score == ordered[^1].Score
            ? throw Lacks(expected, FormattableString.Invariant($"{Answers.Count} answers that all have the score {ordered[0].Score}"))
            : ordered;
    }

    private DataException Lacks(string expected, string found) => new(Problem(
        "", expected, $"{found} (a row of the format {Format})", "Leave the row out, or train with a method that takes such rows."));
}
