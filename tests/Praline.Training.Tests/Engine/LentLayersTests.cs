using Praline.Models.Language;
using Praline.Testing;
using Praline.Torch;
using Praline.Torch.Distributed;
using Praline.Training.Engine;

namespace Praline.Training.Tests.Engine;

/// <summary>Layers whose weights lie in parts on several ranks come before they are used.</summary>
public class LentLayersTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public void The_next_layer_is_fetched_while_one_is_used()
    {
        using var begun = new ManualResetEventSlim();
        var found = Lend((world, layers, weight) =>
        {
            if (world.IsMain)
            {
                double sum;
                using (layers.Use(0, next: 1))
                {
                    begun.Set(); // had Use waited for layer 1 too, the other rank would never have come to it
                    sum = weight(0).Sum().Item<double>();
                }

                using (layers.Use(1))
                {
                    return sum + weight(1).Sum().Item<double>();
                }
            }

            bool inTime;
            using (layers.Use(0))
            {
                inTime = begun.Wait(Patience);
            }

            using (layers.Use(1))
            {
                Assert.True(inTime);
                return weight(0).Sum().Item<double>(); // forgotten
            }
        });
        Assert.Equal(found.Expected, found.Ranks[0], 1e-9);
        Assert.Equal(double.NaN, found.Ranks[1]);
    }

    [Fact]
    public void A_layer_that_is_used_again_stays_and_others_that_were_foreseen_are_forgotten()
    {
        using var done = new ManualResetEventSlim();
        var found = Lend((world, layers, weight) =>
        {
            if (!world.IsMain)
            {
                layers.Settle(); // helps with layer 0 once, and with 1, which nobody used
                Assert.True(done.IsSet);
                return 0;
            }

            double sum;
            using (layers.Use(0, next: 0))
            {
                sum = weight(0).Sum().Item<double>();
            }

            Assert.True(double.IsNaN(weight(0).Sum().Item<double>()));
            using (layers.Use(0, next: 1))
            {
                Assert.Equal(sum, weight(0).Sum().Item<double>());
            }

            done.Set();
            layers.Settle();
            return sum;
        });
        Assert.True(double.IsFinite(found.Ranks[0]));
    }

    /// <summary>A pass forward and back through the model foresees each layer, and has one at a time.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_model_knows_which_layer_it_needs_next(bool gradients)
    {
        using var scope = new TensorScope();
        using var tiny = TinyLlama.Random();
        using var model = TinyExamples.Full(tiny);
        var recorded = new Recorded();
        tiny.Language.LayerWeights = recorded;
        using (gradients ? default(IDisposable) : NoGrad.Begin())
        {
            var (hidden, _, _, _) = model.Forward(TinyExamples.Make(2, 2));
            if (gradients)
            {
                hidden.Sum().Backward();
            }
        }

        Assert.Equal(gradients ? [(0, 1), (1, 1), (1, 0), (0, null)] : [(0, 1), (1, null)], recorded.Uses);
        Assert.Equal(0, recorded.Out);
    }

    /// <summary>Two ranks with parts of a tiny model's layers.</summary>
    private static (double[] Ranks, double Expected) Lend(Func<World, LentLayers, Func<int, Tensor>, double> body)
    {
        double Sum(TinyLlama tiny) => Enumerable.Range(0, 2).Sum(layer => Weight(tiny, layer).Sum().Item<double>());
        static Tensor Weight(TinyLlama tiny, int layer) => tiny.Store.Parameters[$"model.layers.{layer}.mlp.up_proj.weight"];
        using var scope = new TensorScope();
        using var whole = TinyLlama.Random(dtype: DType.Float64);
        return (Ranks.Run(2, world =>
        {
            using var tiny = TinyLlama.Random(dtype: DType.Float64);
            using var model = TinyExamples.Full(tiny);
            var plan = new BucketPlan(model.Trainable, 2, unitOf: tiny.Language.LayerOf);
            using var noGrad = NoGrad.Begin();
            Tensor[] parts = [.. plan.Sizes.Select((size, bucket) =>
            {
                var flat = Tensor.Zeros([size], DType.Float64);
                foreach (var (name, place) in plan.Places.Where(p => p.Value.Bucket == bucket))
                {
                    flat.Narrow(0, place.Offset, model.Trainable[name].Numel).CopyInPlace(model.Trainable[name].View(-1));
                }

                return flat.Narrow(0, world.Rank * size / 2, size / 2).Clone();
            })];
            using var layers = new LentLayers(world, model.Trainable, plan, parts);
            layers.TakeAllBack();
            var result = body(world, layers, layer => Weight(tiny, layer));
            layers.Settle();
            return result;
        }), Sum(whole));
    }

    private sealed class Recorded : ILayerWeights
    {
        public List<(int Layer, int? Next)> Uses { get; } = [];

        public int Out { get; private set; }

        public IDisposable Use(int layer, int? next = null)
        {
            Assert.Equal(1, ++Out);
            Uses.Add((layer, next));
            return new Loan(this);
        }

        public void Settle()
        {
        }

        private sealed class Loan(Recorded of) : IDisposable
        {
            public void Dispose() => of.Out--;
        }
    }
}
