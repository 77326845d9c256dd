using Praline.Json;
namespace Praline.Preferences.Tests;

public sealed class StageRunnerTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<int> _done = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Output_is_in_input_order_whatever_finishes_first()
    {
        var summary = await Run(Plan(20), async i =>
        {
            await Task.Delay(20 - i);
            return Row(i);
        }, new StageRunOptions { MaxConcurrency = 8 });

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{{\"n\":{i}}}"), File.ReadLines(_folder["out.jsonl"]));
        Assert.Equal((20, 0, 20), (summary.Items, summary.Reused, summary.Rows));
        Assert.False(File.Exists(_folder["out.jsonl.journal"]));
    }

    [Fact]
    public async Task Stopped_stage_goes_on_where_it_was()
    {
        await Assert.ThrowsAsync<StopStageException>(() => Run(Plan(10), i => i == 6 ? throw new StopStageException("key expired") : Row(i)));
        Assert.False(File.Exists(_folder["out.jsonl"]));
        Assert.Equal([0, 1, 2, 3, 4, 5], _done);

        _done.Clear();
        var summary = await Run(Plan(10), Row);
        Assert.Equal([6, 7, 8, 9], _done);
        Assert.Equal(6, summary.Reused);
        Assert.Equal(10, File.ReadLines(_folder["out.jsonl"]).Count());
    }

    [Fact]
    public async Task Finished_stage_is_not_done_again()
    {
        await Run(Plan(3), Row);
        _done.Clear();
        var summary = await Run(Plan(3), Row);
        Assert.Empty(_done);
        Assert.Equal((3, 3), (summary.Reused, summary.Rows));
    }

    [Fact]
    public async Task Cancellation_keeps_what_is_finished()
    {
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Run(Plan(10), i =>
        {
            if (i == 4)
            {
                cancel.Cancel();
                cancel.Token.ThrowIfCancellationRequested();
            }

            return Row(i);
        }, cancellation: cancel.Token));
        _done.Clear();
        await Run(Plan(10), Row);
        Assert.Equal([4, 5, 6, 7, 8, 9], _done);
    }

    // Every length at which a journal can be cut off, and every single byte damaged.
    [Fact]
    public async Task Torn_or_damaged_journal_gives_the_same_output()
    {
        await Assert.ThrowsAsync<StopStageException>(() => Run(Plan(4), i => i == 3 ? throw new StopStageException("") : Row(i)));
        var journal = await File.ReadAllBytesAsync(_folder["out.jsonl.journal"]);
        for (var length = 0; length <= journal.Length; length += 7)
        {
            await Check(journal[..length]);
        }

        for (var at = 0; at < journal.Length; at += 11)
        {
            var damaged = journal.ToArray();
            damaged[at] ^= 0x20;
            await Check(damaged);
        }

        async Task Check(byte[] bytes)
        {
            File.Delete(_folder["out.jsonl"]);
            File.Delete(_folder["out.jsonl.state"]);
            await File.WriteAllBytesAsync(_folder["out.jsonl.journal"], bytes);
            await Run(Plan(4), Row);
            Assert.Equal("{\"n\":0}\n{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n", await File.ReadAllTextAsync(_folder["out.jsonl"]));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Other_settings_are_refused_by_name(bool finished)
    {
        await Begin(finished);
        var error = await Assert.ThrowsAsync<PralineException>(() => Run(Plan(3, temperature: 0.5), Row));
        Assert.Contains("temperature was 0.9, now 0.5", error.Message);
        Assert.Contains("--restart", error.Message);

        _done.Clear();
        await Run(Plan(3, temperature: 0.5), Row, new StageRunOptions { Restart = true });
        Assert.Equal([0, 1, 2], _done);
        await Run(Plan(3, temperature: 0.5), Row);
        Assert.Equal([0, 1, 2], _done);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Other_inputs_are_refused_or_updated(bool finished)
    {
        await Begin(finished);
        var error = await Assert.ThrowsAsync<PralineException>(() => Run(Plan(4, changed: 1), Row));
        Assert.Contains("the clips file", error.Message);
        Assert.Contains("--update", error.Message);

        _done.Clear();
        var summary = await Run(Plan(4, changed: 1), i => Row(i * 10), new StageRunOptions { Update = true });
        Assert.Equal(finished ? [1, 3] : [1, 2, 3], _done);
        Assert.Equal(finished ? "{\"n\":0}\n{\"n\":10}\n{\"n\":2}\n{\"n\":30}\n" : "{\"n\":0}\n{\"n\":10}\n{\"n\":20}\n{\"n\":30}\n",
            await File.ReadAllTextAsync(summary.OutputPath));
    }

    [Fact]
    public async Task Rejected_items_are_listed_and_take_no_other_down()
    {
        await File.WriteAllTextAsync(_folder["rejected.jsonl"], JsonText.Line(new RejectedRow("another", "x", "y")) + "\n");
        var summary = await Run(Plan(4), i => i switch
        {
            1 => throw new PralineException("damaged"),
            2 => throw new InvalidOperationException("a defect"),
            _ => Row(i),
        });
        Assert.Equal(2, summary.Rows);
        Assert.Equal([new("test", "item1", "damaged"), new("test", "item2", "a defect")], summary.Rejected);
        Assert.Equal([new("another", "x", "y"), .. summary.Rejected], JsonLines.Read<RejectedRow>(_folder["rejected.jsonl"]));

        // A second start leaves them; --retry-failed does them, and only them.
        _done.Clear();
        Assert.Equal(2, (await Run(Plan(4), Row)).Rejected.Count);
        Assert.Empty(_done);
        var retried = await Run(Plan(4), Row, new StageRunOptions { RetryFailed = true });
        Assert.Equal([1, 2], _done);
        Assert.Equal((4, 2), (retried.Rows, retried.Reused));
        Assert.Equal(["{\"n\":0}", "{\"n\":1}", "{\"n\":2}", "{\"n\":3}"], File.ReadLines(_folder["out.jsonl"]));
        Assert.Single(JsonLines.Read<RejectedRow>(_folder["rejected.jsonl"]));
    }

    [Fact]
    public async Task Items_with_something_missing_can_be_done_again()
    {
        await Run(Plan(3), i => Row(i) with { Missing = i == 1 ? "2 judgements: no answer" : null });
        _done.Clear();
        var summary = await Run(Plan(3), Row, new StageRunOptions { RetryFailed = true });
        Assert.Equal([1], _done);
        Assert.Empty(summary.Missing);
    }

    [Fact]
    public async Task All_rejected_is_an_error_and_can_be_tried_again()
    {
        var error = await Assert.ThrowsAsync<PralineException>(() => Run(Plan(2), i => i >= 0 ? throw new PralineException("no model") : Row(i)));
        Assert.Contains("none of the 2 items", error.Message);
        Assert.Contains("no model", error.Message);
        _done.Clear();
        await Run(Plan(2), Row);
        Assert.Equal([0, 1], _done);
    }

    [Fact]
    public async Task Foreign_or_changed_output_is_not_overwritten()
    {
        await File.WriteAllTextAsync(_folder["out.jsonl"], "mine\n");
        Assert.Contains("did not write it", (await Assert.ThrowsAsync<PralineException>(() => Run(Plan(2), Row))).Message);
        await Run(Plan(2), Row, new StageRunOptions { Restart = true });
        await File.AppendAllTextAsync(_folder["out.jsonl"], "more\n");
        Assert.Contains("was changed", (await Assert.ThrowsAsync<PralineException>(() => Run(Plan(2), Row))).Message);
    }

    [Fact]
    public async Task Two_processes_do_not_share_a_journal()
    {
        var inside = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        var first = Run(Plan(1), async i =>
        {
            inside.SetResult();
            await go.Task;
            return Row(i);
        });
        await inside.Task;
        Assert.Contains("another process", (await Assert.ThrowsAsync<PralineException>(() => Run(Plan(1), Row))).Message);
        go.SetResult();
        await first;
    }

    [Fact]
    public async Task Read_only_folder_is_a_clear_error()
    {
        // Not by permissions: root may write everywhere. A file where the folder should be can't be written into by anybody.
        _folder.Write("file", "");
        var plan = Plan(1) with { OutputPath = _folder["file", "out.jsonl"] };
        Assert.Contains("Can't write", (await Assert.ThrowsAnyAsync<PralineException>(() => Run(plan, Row))).Message);
    }

    private async Task Begin(bool finished)
    {
        if (finished)
        {
            await Run(Plan(3), Row);
        }
        else
        {
            await Assert.ThrowsAsync<StopStageException>(() => Run(Plan(3), i => i == 2 ? throw new StopStageException("") : Row(i)));
        }
    }

    private StagePlan Plan(int items, double temperature = 0.9, int? changed = null) => new()
    {
        Stage = "test",
        OutputPath = _folder["out.jsonl"],
        Items = [.. Enumerable.Range(0, items).Select(i => StageItem.Of($"item{i}", i == changed ? "changed" : "same"))],
        Settings = new StageFingerprint().Add("temperature", temperature),
        Inputs = new StageFingerprint().Add("the clips file", $"{items} {changed}"),
    };

    private Task<StageSummary> Run(StagePlan plan, Func<int, StageResult> work, StageRunOptions? options = null, CancellationToken cancellation = default) =>
        Run(plan, i => Task.FromResult(work(i)), options, cancellation);

    private Task<StageSummary> Run(StagePlan plan, Func<int, Task<StageResult>> work, StageRunOptions? options = null, CancellationToken cancellation = default) =>
        StageRunner.RunAsync(plan, async (i, _) =>
        {
            var result = await work(i);
            lock (_done)
            {
                _done.Add(i);
            }

            return result;
        }, options ?? new StageRunOptions(), cancellation);

    private static StageResult Row(int i) => new() { Lines = [$"{{\"n\":{i}}}"] };
}
