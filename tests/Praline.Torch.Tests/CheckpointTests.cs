using Praline.Testing;

namespace Praline.Torch.Tests;

/// <summary>A checkpointed region gives the numbers and gradients of the plain one, and frees what it kept.</summary>
[Collection("live tensors")]
public sealed class CheckpointTests
{
    [Fact]
    public void GradientsReachTheInputAndTheParameters()
    {
        using var scope = new TensorScope();
        var (x, w, constant) = (Leaf(3, 4), Leaf(4, 4), Tensor.Randn([4]));
        Tensor Function(Tensor input, Tensor[] constants) => (input.MatMul(w).Tanh() * constants[0]).Exp();
        var plain = Function(x, [constant]);
        var region = Checkpoint.Run(Function, x, [constant]);
        Close.Equal(plain, region, 0, 0, "values");

        var expected = Autograd.Grad([(plain * plain).Sum()], [x, w]);
        var found = Autograd.Grad([(region * region).Sum()], [x, w], retainGraph: true);
        Close.Equal(expected[0]!, found[0]!, 1e-6, 1e-6, "input");
        Close.Equal(expected[1]!, found[1]!, 1e-6, 1e-6, "parameter");

        (region * region).Sum().Backward();
        Close.Equal(expected[0]!, x.Grad!, 1e-6, 1e-6, "input");
        Close.Equal(expected[1]!, w.Grad!, 1e-6, 1e-6, "parameter");
    }

    [Fact]
    public void AnInputWithoutGradientAndNestedRegionsWork()
    {
        using var scope = new TensorScope();
        var (x, w) = (Tensor.Randn([3, 4]), Leaf(4, 4));
        Tensor Layer(Tensor input, Tensor[] constants) => input.MatMul(w).Tanh();
        Tensor Two(Tensor input, Tensor[] constants) => Checkpoint.Run(Layer, Checkpoint.Run(Layer, input, []), []);
        var expected = Autograd.Grad([Layer(Layer(x, []), []).Sum()], [w])[0]!;
        Close.Equal(expected, Autograd.Grad([Checkpoint.Run(Two, x, []).Sum()], [w])[0]!, 1e-6, 1e-6, "parameter");
        Assert.False(Checkpoint.Run((input, _) => input * 2, x, []).RequiresGrad);
    }

    [Fact]
    public void RandomNumbersAreDrawnAgainAndTheStreamGoesOn()
    {
        using var scope = new TensorScope();
        using var generator = new Generator(3);
        var x = Leaf(40, 5);
        var state = generator.GetState();
        var plain = F.Dropout(x, 0.5, generator);
        var after = generator.GetState().ToArray<byte>();
        var expected = Autograd.Grad([(plain * plain).Sum()], [x])[0]!;

        generator.SetState(state);
        var region = Checkpoint.Run((input, _) => F.Dropout(input, 0.5, generator), x, [], generator);
        Close.Equal(plain, region, 0, 0, "values");
        Close.Equal(expected, Autograd.Grad([(region * region).Sum()], [x])[0]!, 0, 0, "gradient");
        Assert.Equal(after, generator.GetState().ToArray<byte>());
    }

    [Fact]
    public void AFailureInsideIsTold()
    {
        using var scope = new TensorScope();
        var x = Leaf(2);
        var calls = 0;
        var region = Checkpoint.Run((input, _) => calls++ == 0 ? input * 2 : throw new InvalidOperationException("the second time"), x, []);
        var error = Assert.Throws<TorchException>(() => region.Sum().Backward());
        Assert.Contains("the second time", error.Message);
    }

    [Fact]
    public void NothingLeaks()
    {
        void Once()
        {
            using var scope = new TensorScope();
            using var generator = new Generator(1);
            var (x, w) = (Leaf(3, 4), Leaf(4, 4));
            var region = Checkpoint.Run((input, c) => input.MatMul(w) * c[0], x, [Tensor.Ones([4])], generator);
            region.Sum().Backward();
            Checkpoint.Run((input, c) => input.MatMul(w) * c[0], x, [Tensor.Ones([4])], generator); // never run backward
        }

        Once();
        LiveTensors.Settle();
        var before = Tensor.LiveCount;
        Once();
        Assert.Equal(before, Tensor.LiveCount);
    }

    private static Tensor Leaf(params long[] shape)
    {
        var leaf = Tensor.Randn(shape);
        leaf.RequiresGrad = true;
        return leaf;
    }
}
