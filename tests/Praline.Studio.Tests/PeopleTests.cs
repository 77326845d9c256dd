using Praline.Data;
using Praline.Studio.Library;
using Praline.Studio.Pairs;
using Praline.Studio.People;

namespace Praline.Studio.Tests;

/// <summary>People's judgements: stored at once, summed up as the formulas say, exported as a data set that is read back.</summary>
public sealed class PeopleTests
{
    [Fact]
    public void Kappa_is_Cohens()
    {
        // Two raters, 50 things: 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no. p_o = 0.7, p_e = 0.5·0.6 + 0.5·0.4 = 0.5, κ = 0.4.
        (int, int)[] pairs = [.. Enumerable.Repeat((1, 1), 20), .. Enumerable.Repeat((1, 0), 5), .. Enumerable.Repeat((0, 1), 10), .. Enumerable.Repeat((0, 0), 15)];
        Assert.Equal(0.4, PeopleSummary.Kappa(pairs)!.Value, 12);
        Assert.Null(PeopleSummary.Kappa([(1, 1), (1, 1)])); // both always say the same: not defined
    }

    [Fact]
    public async Task Judgements_survive_the_server_are_undone_and_exported()
    {
        await using var folder = new StudioFolder(4);
        var data = new Workspace(folder.Options).Scan().DataSets.Single();
        using var index = PairIndex.Open(data, folder.Options);
        var queue = new QueueOptions { Overlap = 1 };
        using (var store = new PeopleStore($"{data.Path}.people.sqlite"))
        {
            Assert.False(File.Exists(store.FilePath)); // nothing is written but by a judgement
            foreach (var name in new[] { "ann", "bob" })
            {
                while (store.Next(index, name, queue) is { } next)
                {
                    var key = PeopleStore.KeyOf(index.Get(next.Row)!.Line);
                    var onLeft = PeopleStore.ChosenOnLeft(key, name, queue);
                    // Both prefer the rejected answer of row 0 and the chosen one of the others.
                    store.Add(key, new HumanJudgement { Annotator = name, Row = next.Row, ChosenOnLeft = onLeft, Verdict = onLeft == (next.Row != 0) ? Verdict.Left : Verdict.Right, Seconds = 2 });
                }
            }

            Assert.NotNull(store.Undo("bob"));
            Assert.Equal(1, store.Next(index, "bob", queue)!.Value.Left);
        }

        using var again = new PeopleStore($"{data.Path}.people.sqlite");
        var summary = PeopleSummary.Of(again.All());
        Assert.Equal([4, 3], summary.Annotators.Select(a => a.Judgements));
        Assert.Equal(1, summary.Kappas.Single(k => k.First == "ann" && k.Second == "bob").Agreement);
        var result = PeopleExport.Write(data, again);
        Assert.Equal(4, result.Rows);
        var turned = DataSet.Open(result.Path).Samples().Select(s => s.Pair()).Single(p => p.Rejected.Text.Contains("number 0"));
        Assert.Contains("square", turned.Chosen.Text);
    }

    [Fact]
    public void Words_that_differ_are_marked_and_nothing_is_lost()
    {
        var (left, right) = WordDifference.Of("A red circle moves.", "A blue circle moves");
        Assert.Equal("A red circle moves.", string.Concat(left.Select(p => p.Text)));
        Assert.Equal(["red "], left.Where(p => p.Differs).Select(p => p.Text));
        Assert.Equal(["blue "], right.Where(p => p.Differs).Select(p => p.Text));
    }
}
