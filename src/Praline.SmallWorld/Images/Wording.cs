namespace Praline.SmallWorld;

/// <summary>Phrases that questions and answers share.</summary>
internal static class Wording
{
    public static readonly IReadOnlyList<string> People = ["Anna", "Ben", "Clara", "David", "Emma", "Tom"];

    public static readonly IReadOnlyList<string> Numbers = ["no", "one", "two", "three", "four", "five"];

    public static string The(Subject subject) => $"the {subject}";

    public static string A(Subject subject) => A(subject.ToString());

    public static string A(string noun) => ("aeiou".Contains(noun[0]) ? "an " : "a ") + noun;

    /// <summary>"a red circle, a blue ring and an orange cross".</summary>
    public static string List(IReadOnlyList<string> items, string last = "and") =>
        items.Count == 1 ? items[0] : $"{string.Join(", ", items.SkipLast(1))} {last} {items[^1]}";

    public static string Things(ImageScene scene) => List([.. scene.Objects.OrderBy(o => o.Place).Select(o => A(o.Subject))]);

    public static string Place(Place place, WorldRandom random) => random.Pick(Phrases.Places(place));

    public static string Plural(string noun) => noun.EndsWith('s') ? noun + "es" : noun + "s";

    public static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    /// <summary>The text with its placeholders filled and a capital letter.</summary>
    public static string Fill(string template, string x) => Capital(template.Replace("{x}", x, StringComparison.Ordinal));
}
