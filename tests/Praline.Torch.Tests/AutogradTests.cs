using Praline.Torch;

namespace Praline.Torch.Tests;

public class AutogradTests
{
    [Fact]
    public void Backward_gives_the_derivative()
    {
        using var scope = new TensorScope();
        var x = Tensor.From([1.0, -2.0, 3.0]);
        x.RequiresGrad = true;
        (x * x * x).Sum().Backward();
        Assert.Equal([3.0, 12.0, 27.0], x.Grad!.ToArray<double>()); // d x³ = 3x²
    }

    [Fact]
    public void Backward_agrees_with_finite_differences()
    {
        double Value(double[] at)
        {
            using var inner = new TensorScope();
            var t = Tensor.From(at, 2, 2);
            return F.Softmax(t.MatMul(t).Sigmoid()).Log().Sum().Item<double>();
        }

        using var scope = new TensorScope();
        double[] start = [0.3, -0.7, 1.1, 0.2];
        var x = Tensor.From(start, 2, 2);
        x.RequiresGrad = true;
        F.Softmax(x.MatMul(x).Sigmoid()).Log().Sum().Backward();
        var gradient = x.Grad!.ToArray<double>();
        for (var i = 0; i < 4; i++)
        {
            double[] up = [.. start], down = [.. start];
            up[i] += 1e-6;
            down[i] -= 1e-6;
            Assert.Equal((Value(up) - Value(down)) / 2e-6, gradient[i], 1e-8);
        }
    }

    [Fact]
    public void Several_roots_retained_graphs_and_second_derivatives()
    {
        using var scope = new TensorScope();
        var x = Tensor.From([2.0]);
        x.RequiresGrad = true;
        var square = x * x;
        var cube = square * x;
        Autograd.Backward([square, cube], [Tensor.From([1.0]), Tensor.From([1.0])], retainGraph: true);
        Assert.Equal(4 + 12, x.Grad!.Item<double>());
        var first = Autograd.Grad([cube.Sum()], [x], createGraph: true)[0]!;
        var second = Autograd.Grad([first.Sum()], [x])[0]!;
        Assert.Equal(12, second.Item<double>()); // d² x³ = 6x
    }

    [Fact]
    public void Without_gradients_nothing_is_recorded_and_unused_inputs_give_null()
    {
        using var scope = new TensorScope();
        var x = Tensor.From([2.0]);
        x.RequiresGrad = true;
        using (NoGrad.Begin())
        {
            Assert.False((x * x).RequiresGrad);
            using (NoGrad.EnableGrad())
            {
                Assert.True((x * x).RequiresGrad);
            }
        }

        Assert.True(NoGrad.IsGradEnabled);
        var unused = Tensor.From([1.0]);
        unused.RequiresGrad = true;
        Assert.Null(Autograd.Grad([(x * x).Sum()], [x, unused], allowUnused: true)[1]);
        Assert.Throws<TorchException>(() => Tensor.From([1.0]).Sum().Backward());
    }
}
