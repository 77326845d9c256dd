using System.Text.Json;
using Praline.Testing;

namespace Praline.Training.Tests;

/// <summary>Trainings keep no tensor from step to step: <c>timing.jsonl</c> counts those that are alive.</summary>
[Collection(nameof(LiveTensorsCollection))]
public class LeakTests
{
    [Theory]
    [InlineData("synpo", false, false)]
    [InlineData("dpo", false, false)]
    [InlineData("dpo", false, true)]
    [InlineData("kto", false, false)]
    [InlineData("sft", false, false)]
    [InlineData("synpo", true, false)]
    [InlineData("tdpo", true, false)]
    public void The_number_of_tensors_is_flat_over_a_hundred_steps(string method, bool profile, bool checkpointing)
    {
        using var world = new TinyWorld(4);
        var options = SupervisedTrainingTests.Options(world, method) with
        {
            Method = method,
            DatasetPath = method == "sft" ? world.SupervisedRows : world.PairRows,
            DirPath = world.Data,
            FromScratch = true,
            Train = ["lora"],
            Lora = new() { R = 4, LoraAlpha = 8, LoraDropout = 0.1 },
            Profile = profile,
            GradientCheckpointing = checkpointing,
            Loop = new() { NumEpochs = 50, BatchSize = 1, AccumulationSteps = 2, TokensPerMicroBatch = 0, LearningRate = 1e-4, SaveSteps = 30, MaxSteps = 100 },
        };
        LiveTensors.Settle();
        TrainingSession.Run(options);
        long[] alive = [.. File.ReadLines(Path.Combine(options.ModelDir, "timing.jsonl")).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("tensors").GetInt64())];
        Assert.True(alive.Length >= 100);
        Assert.Equal(alive[2], alive[^1]);
        Assert.Equal(alive[2], alive.Skip(2).Max());
    }
}
