using Praline.Data;
namespace Praline.Preferences.Tests;

public class PairSelectorTests
{
    private static readonly string[] Texts = ["one red circle", "two blue squares", "three green stars", "four dogs run", "five cats sleep"];

    [Fact]
    public void Best_against_worst_takes_the_first_of_equals() =>
        Assert.Equal([(1, 2)], Select([5, 9, 1, 9, 1]).Pairs);

    [Fact]
    public void All_pairs_have_the_gap_and_come_widest_first() => Assert.Equal(
        [(1, 2), (3, 2), (1, 0), (0, 2)],
        Select([5, 9, 1, 6, null], new RankOptions { Policy = PairPolicy.AllPairs, MinGap = 4 }).Pairs);

    [Fact]
    public void Top_against_bottom() => Assert.Equal(
        [(0, 3), (0, 4), (1, 3), (1, 4)],
        Select([9, 8, 5, 2, 1], new RankOptions { Policy = PairPolicy.TopBottom, K = 2 }).Pairs.Order());

    [Theory]
    [InlineData(new double[] { 5 }, "1 of 5 candidates are scored")]
    [InlineData(new double[] { }, "0 of 5 candidates are scored")]
    [InlineData(new double[] { 4, 4, 4 }, "same total")]
    public void No_pair_says_why(double[] totals, string reason)
    {
        var selection = Select([.. totals.Select(t => (double?)t), .. Enumerable.Repeat((double?)null, 5 - totals.Length)]);
        Assert.Empty(selection.Pairs);
        Assert.Contains(reason, selection.Reason);
    }

    [Fact]
    public void Too_small_a_gap_says_what_is_asked_for() =>
        Assert.Contains("widest gap is 3.5; 4 is asked for", Select([5, 1.5, 2, 3, 4], new RankOptions { MinGap = 4 }).Reason);

    [Fact]
    public void Empty_and_truncated_captions_are_never_paired()
    {
        var selection = PairSelector.Select(["", "two", "three", "four", " . "], [9, 8, 7, 2, 0], [3], new RankOptions());
        Assert.Equal([(1, 2)], selection.Pairs);
    }

    [Fact]
    public void Equal_and_nearly_equal_texts_are_never_paired()
    {
        Assert.Equal([(0, 2)], PairSelector.Select(["The red circle moves.", "a red circle moves", "A blue circle moves."], [9, 1, 5], [], new()).Pairs);
        var reason = PairSelector.Select(["A red circle.", "The red circle"], [9, 1], [], new()).Reason;
        Assert.Contains("nearly the same text", reason);
    }

    // Levenshtein over words, worked out by hand.
    [Theory]
    [InlineData("a b c d", "b c d", 1)]
    [InlineData("red circle moves right", "red circle moves left", 0.75)]
    [InlineData("x y", "", 0)]
    [InlineData("", "", 1)]
    [InlineData("kitten sits on mat", "sitting on mat", 0.5)]
    public void Similarity_counts_words(string a, string b, double expected) =>
        Assert.Equal(expected, NearDuplicates.Similarity(NearDuplicates.Words(a), NearDuplicates.Words(b)), 1e-12);

    // 1.1 · hallucination + harmony + consistency, as generate_caption4.py.
    [Fact]
    public void Total_is_the_papers() => Assert.Equal(1.1 * 4 + 3 + 2, new ScoreWeights().Total(4, 3, 2));

    [Fact]
    public void Missing_score_is_no_total_unless_it_has_no_weight()
    {
        Assert.Null(new ScoreWeights().Total(4, null, 2));
        Assert.Equal(4, new ScoreWeights(1, 0, 0).Total(4, null, null));
    }

    private static PairSelection Select(double?[] totals, RankOptions? options = null) => PairSelector.Select(Texts, totals, [], options ?? new RankOptions());
}
