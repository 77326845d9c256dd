using Praline.Testing;
using Praline.Torch.Distributed;

namespace Praline.Torch.Tests.Distributed;

public sealed class CollectiveTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Collectives_do_what_their_names_say(int size)
    {
        var results = Ranks.Run(size, world =>
        {
            var broadcast = Tensor.Full([5], world.Rank + 1.0);
            world.Broadcast(broadcast);
            var sum = Tensor.From<float>([world.Rank, 10 * world.Rank, 1], 3); // three elements: no multiple of the ranks
            world.AllReduce(sum);
            var whole = Tensor.Zeros([2 * size]);
            world.AllGather(Tensor.From<float>([world.Rank, -world.Rank], 2), whole);
            var part = Tensor.Zeros([2]);
            world.Gradients!.ReduceScatter(Tensor.From<float>([.. Enumerable.Range(0, 2 * size).Select(i => (float)(i * (world.Rank + 1)))], 2 * size), part);
            return (Broadcast: broadcast.ToArray<float>(), Sum: sum.ToArray<float>(), Whole: whole.ToArray<float>(), Part: part.ToArray<float>(),
                Texts: world.Gather($"rank {world.Rank}"));
        });

        var ranks = Enumerable.Range(0, size).ToArray();
        float all = ranks.Sum();
        for (var rank = 0; rank < size; rank++)
        {
            Assert.Equal(Enumerable.Repeat(1f, 5), results[rank].Broadcast);
            Assert.Equal([all, 10 * all, size], results[rank].Sum);
            Assert.Equal(ranks.SelectMany(r => new float[] { r, -r }), results[rank].Whole);
            Assert.Equal([2 * rank * (all + size), ((2 * rank) + 1) * (all + size)], results[rank].Part);
            Assert.Equal(ranks.Select(r => $"rank {r}"), results[rank].Texts);
        }
    }

    [Fact]
    public void Tensors_are_lent_to_whoever_asks_while_others_go_on()
    {
        // Ranks want different ones, in different orders and numbers, the third none; each begins the next before it has used the one before.
        int[][] wishes = [[0, 1, 2, 1], [1, 2], []];
        var results = Ranks.Run(3, world =>
        {
            var group = world.Open("layers");
            DType[] types = [DType.Float32, DType.BFloat16, DType.Float32];
            Tensor[] parts = [.. Enumerable.Range(0, 3).Select(t => Tensor.Full([t + 1], (10.0 * t) + world.Rank))];
            Tensor[] wholes = [.. wishes[world.Rank].Select(t => Tensor.Empty([3 * (t + 1)], types[t]))];
            Collective[] started = [.. wishes[world.Rank].Select((t, i) => group.StartLending(parts, types, t, wholes[i]))];
            world.Barrier(); // nobody has waited for anything yet
            Array.ForEach(started, one => one.Wait());
            using var helping = group.StartLending(parts, types, -1, null);
            helping.Wait();
            return wholes.Select(whole => whole.To(DType.Float32).ToArray<float>()).ToArray();
        });
        for (var rank = 0; rank < 3; rank++)
        {
            Assert.Equal(
                wishes[rank].Select(t => Enumerable.Range(0, 3).SelectMany(r => Enumerable.Repeat((10f * t) + r, t + 1)).ToArray()), results[rank]);
        }
    }

    [Theory]
    [InlineData(2, 103)]
    [InlineData(4, 103)]
    [InlineData(4, 1_000_003)] // several segments of a ring
    public void Sums_are_the_same_bits_on_every_rank_and_every_time(int size, int count)
    {
        float[][] Sums() => Ranks.Run(size, world =>
        {
            // Numbers whose sum depends on the order of addition.
            var random = new Random(world.Rank);
            var sum = Tensor.From<float>([.. Enumerable.Range(0, count).Select(_ => (float)Math.Exp(20 * (random.NextDouble() - 0.5)))], count);
            world.AllReduce(sum);
            return sum.ToArray<float>();
        });
        var (first, second) = (Sums(), Sums());
        Assert.All(first.Concat(second), sum => Assert.True(sum.AsSpan().SequenceEqual(first[0])));
        var random = Enumerable.Range(0, size).Select(rank => new Random(rank)).ToArray();
        Assert.Equal(random.Sum(r => Math.Exp(20 * (r.NextDouble() - 0.5))), first[0][0], first[0][0] * 1e-6);
    }

    [Fact]
    public void Gradients_of_unequal_micro_batches_and_unused_parameters_add_up_over_ranks()
    {
        // d/dw of Σ (w · x) is Σ x: ranks have different numbers of micro-batches, one has none; `unused` gets no gradient anywhere.
        float[][] shares = [[1, 2, 4], [8], []];
        var results = Ranks.Run(3, world =>
        {
            var parameters = new Dictionary<string, Tensor>();
            foreach (var name in new[] { "first", "unused", "second" })
            {
                parameters[name] = Tensor.Zeros([7]);
                parameters[name].RequiresGrad = true;
            }

            var plan = new BucketPlan(parameters, world.Size, bucketBytes: 32);
            using var reducer = new GradientReducer(world.Gradients!, parameters, plan);
            void Backward(float x) => ((parameters["first"] * x) + (parameters["second"] * (10 * x))).Sum().Backward();
            var own = shares[world.Rank];
            foreach (var x in own.SkipLast(1))
            {
                Backward(x);
                Assert.True(reducer.TryAdd());
            }

            reducer.Arm();
            if (own.Length > 0)
            {
                Backward(own[^1]);
            }

            Assert.True(reducer.Flush(drop: false));
            reducer.Wait();
            Assert.Empty(reducer.Late());
            Assert.All(parameters.Values, p => Assert.Null(p.Grad));
            Assert.Equal(own.Length > 0 ? ["first", "second"] : Array.Empty<string>(), reducer.Used().Select(i => reducer.Names[i]));
            return parameters.ToDictionary(p => p.Key, p =>
            {
                var (bucket, offset) = plan.Places[p.Key];
                return reducer.Result(bucket).Narrow(0, offset, p.Value.Numel).ToArray<float>();
            });
        });

        foreach (var result in results)
        {
            Assert.Equal(Enumerable.Repeat(15f, 7), result["first"]);
            Assert.Equal(Enumerable.Repeat(150f, 7), result["second"]);
            Assert.Equal(Enumerable.Repeat(0f, 7), result["unused"]);
        }
    }

    [Fact]
    public void A_second_gradient_after_the_bucket_was_sent_is_kept_and_reported()
    {
        var late = Ranks.Run(2, world =>
        {
            var w = Tensor.Zeros([4]);
            w.RequiresGrad = true;
            var parameters = new Dictionary<string, Tensor> { ["w"] = w };
            using var reducer = new GradientReducer(world.Gradients!, parameters, new BucketPlan(parameters, world.Size));
            reducer.Arm();
            (w * 2).Sum().Backward();
            (w * 3).Sum().Backward();
            reducer.Flush(drop: false);
            reducer.Wait();
            return (reducer.Late().Single(), reducer.Result(0).ToArray<float>()[0], w.Grad!.ToArray<float>()[0]);
        });
        Assert.All(late, result => Assert.Equal((0, 4f, 3f), result));
    }
}
