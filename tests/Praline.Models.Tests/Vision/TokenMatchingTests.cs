using Praline.Models.Vision;
using Praline.Testing;
using Praline.Torch;

namespace Praline.Models.Tests.Vision;

public class TokenMatchingTests
{
    [Fact]
    public void Equal_similarities_are_taken_in_order_of_place()
    {
        using var scope = new TensorScope();
        var metric = Tensor.Ones([2, 9, 4]); // every pair is equally similar
        var x = Tensor.Arange(0, 18, dtype: DType.Float32).View(2, 9, 1);
        var matching = TokenMatching.Find(metric, 2, classToken: true)!;

        // Even places 0, 2, 4, 6, 8; 0 is the class token; 2 and 4 come first and go into the first odd place, 1.
        Assert.Equal([0, 6, 8, 7, 3, 5, 7], matching.Sum(x).Select(0, 0).ToArray<float>());
        Assert.Equal([9, 15, 17, 34, 12, 14, 16], matching.Sum(x).Select(0, 1).ToArray<float>());
    }

    [Fact]
    public void Merging_keeps_the_weighted_sum_and_counts_every_token_once()
    {
        using var scope = new TensorScope();
        using var generator = new Generator(3);
        var metric = Tensor.Randn([3, 21, 6], generator);
        var x = Tensor.Randn([3, 21, 5], generator);
        Tensor? sizes = null;
        var state = x;
        for (var layer = 0; layer < 3; layer++)
        {
            var matching = TokenMatching.Find(metric, 4, classToken: true)!;
            (state, sizes) = matching.WeightedAverage(state, sizes);
            metric = matching.Sum(metric);
        }

        Assert.Equal([3, 9, 5], state.Shape);
        Assert.All(sizes!.Sum([1, 2]).ToArray<float>(), total => Assert.Equal(21, total));
        Close.Equal(x.Sum([1]), (state * sizes).Sum([1]), 1e-4, 1e-4, "sum over tokens");
        Close.Equal(x.Select(1, 0), state.Select(1, 0), 0, 0, "the class token");
    }

    [Fact]
    public void Gradients_through_merging_equal_finite_differences()
    {
        using var scope = new TensorScope();
        using var generator = new Generator(5);
        var matching = TokenMatching.Find(Tensor.Randn([2, 8, 3], generator), 3, classToken: true)!;
        var x = Tensor.Randn([2, 8, 2], generator, DType.Float64);
        var sizes = Tensor.Rand([2, 8, 1], generator, DType.Float64) + 1;
        var weight = Tensor.Randn([2, 5, 2], generator, DType.Float64);
        Tensor Loss(Tensor input) => (matching.WeightedAverage(input, sizes).X.Tanh() * weight).Sum();

        x.RequiresGrad = true;
        Loss(x).Backward();
        var gradient = x.Grad!.ToArray<double>();
        var values = x.ToArray<double>();
        for (var i = 0; i < values.Length; i++)
        {
            var (up, down) = ((double[])values.Clone(), (double[])values.Clone());
            up[i] += 1e-5;
            down[i] -= 1e-5;
            var slope = (Loss(Tensor.From<double>(up, 2, 8, 2)).Item<double>() - Loss(Tensor.From<double>(down, 2, 8, 2)).Item<double>()) / 2e-5;
            Assert.Equal(slope, gradient[i], 1e-7);
        }
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 5)]
    [InlineData(9, 0)]
    public void Nothing_to_merge_is_null(long tokens, long r)
    {
        using var scope = new TensorScope();
        Assert.Null(TokenMatching.Find(Tensor.Ones([1, tokens, 4]), r, classToken: true));
    }
}
