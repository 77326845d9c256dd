using System.Text.Json;

namespace Praline.Cli.Tests.Distributed;

/// <summary>Full fine-tuning by real processes that keep parts of the weights, the optimizer and the gradients.</summary>
public sealed class ShardedTests(ITestOutputHelper output) : IDisposable
{
    private const string Model = "epoch3/model.safetensors";
    private readonly SmallRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void Processes_with_parts_train_the_model_that_one_trains_and_hold_less()
    {
        _run.Succeed(_run.TrainWhole("one", 1));
        _run.Succeed(_run.TrainWhole("optimizer", 2, "--shard"));
        _run.Succeed(_run.TrainWhole("two", 2, "--shard", "parameters"));
        _run.Succeed(_run.TrainWhole("four", 4, "--shard", "parameters"));
        foreach (var name in (string[])["optimizer", "two", "four"])
        {
            var difference = _run.Difference("one", name, Model);
            output.WriteLine($"{name}: largest difference {difference:g2}, held {string.Join(", ", Held(name).Select(b => $"{b / 1e6:0.00}"))} MB");
            Assert.InRange(difference, 0, 1e-5);
        }

        // A single process keeps weights and two moments: 12 bytes a parameter. What is divided over n ranks is 1/n of it, to padding.
        var (whole, optimizer, two, four) = (Held("one")[0], Held("optimizer"), Held("two"), Held("four"));
        output.WriteLine($"one: held {whole / 1e6:0.00} MB");
        Assert.All(optimizer, held => Assert.InRange(held, whole * 0.8, whole * 0.84)); // (4 + 12/2) of 12
        Assert.All(two, held => Assert.InRange(held, whole / 2, whole * 0.65)); // embeddings and head stay whole
        Assert.All(four, held => Assert.InRange(held, whole / 4, whole * 0.4));

        // A run with parts goes on with another number of processes.
        _run.Disturb("parts", 2, 1, "KILL", _run.TrainWhole("parts", 2, "--shard", "parameters"));
        Assert.InRange(_run.Steps("parts"), 2, 5);
        _run.Succeed(_run.TrainWhole("parts", 3, "--shard", "parameters"));
        Assert.Equal(6, _run.Steps("parts"));
        Assert.InRange(_run.Difference("one", "parts", Model), 0, 1e-5);
    }

    private long[] Held(string run)
    {
        using var summary = JsonDocument.Parse(_run.Bytes(run, "summary.json"));
        return [.. summary.RootElement.GetProperty("held_bytes").EnumerateArray().Select(b => b.GetInt64())];
    }
}
