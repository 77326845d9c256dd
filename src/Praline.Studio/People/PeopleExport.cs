using Praline.Data;
using Praline.Studio.Library;
using Praline.Studio.Pairs;

namespace Praline.Studio.People;

/// <summary>What an export wrote.</summary>
/// <param name="Path">The file.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="LeftOut">Judged pairs that it has no row of, and why.</param>
public sealed record ExportResult(string Path, int Rows, IReadOnlyList<string> LeftOut);

/// <summary>Writes people's judgements as a data set that trains, beside the one they judged. Rows are read and written by <see cref="DataSet"/> alone.</summary>
public static class PeopleExport
{
    /// <summary>Writes the pairs in the order that most people gave them to <c>NAME.people-pairs.jsonl</c>; pairs without a majority are left out by name.</summary>
    /// <exception cref="PralineException">Nothing was judged, or the file can't be written.</exception>
    public static ExportResult Write(DataSetEntry data, PeopleStore store)
    {
        var judged = store.All().GroupBy(j => j.Key).ToDictionary(
            g => g.Key, g => g.GroupBy(j => j.Judgement.Annotator).Select(own => own.Last().Judgement).Where(j => j.Verdict != Verdict.Skip).ToList());
        var (rows, leftOut) = (new List<Sample>(), new List<string>());
        foreach (var result in DataSet.Open(data.Path, new DataOptions { FindMedia = false }).Read())
        {
            if (result.Value is not { HasPair: true } sample)
            {
                continue;
            }

            var pair = sample.Pair();
            var key = PeopleStore.KeyOf(new PairLine(0, "", "", sample.Turns[^1].Text, pair.Chosen.Text, pair.Rejected.Text, null, null, null));
            if (judged.Remove(key, out var judgements) && judgements.Count > 0)
            {
                if (Ordered(pair, judgements) is { Length: > 0 } answers)
                {
                    rows.Add(sample with { Answers = answers });
                }
                else
                {
                    leftOut.Add($"{sample.Id}: no majority for one answer");
                }
            }
        }

        leftOut.AddRange(judged.Where(j => j.Value.Count > 0).Select(j => $"row {j.Value[0].Row}: its answers are no longer in {data.Id}"));
        if (rows.Count == 0)
        {
            throw new PralineException($"There is nothing to export from {store.FilePath}: {(leftOut.Count == 0 ? "nobody has judged a pair" : string.Join("; ", leftOut.Take(3)))}.");
        }

        var name = data.Path[..^Path.GetExtension(data.Path).Length];
        var path = $"{name}.people-pairs.jsonl";
        DataFormats.Write(path, "trl-conversational", rows);
        return new ExportResult(path, rows.Count, leftOut);
    }

    private static Answer[] Ordered(PreferencePair pair, List<HumanJudgement> judgements)
    {
        var votes = judgements.Sum(j => j.Winner == "chosen" ? 1 : j.Winner == "rejected" ? -1 : 0);
        var (better, worse) = votes > 0 ? (pair.Chosen, pair.Rejected) : (pair.Rejected, pair.Chosen);
        // The judge's scores are not people's: they do not travel.
        return votes == 0 ? [] : [new Answer(better.Text) { Rank = 1 }, new Answer(worse.Text) { Rank = 2 }];
    }
}
