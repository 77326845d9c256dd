using Praline.Torch;

namespace Praline.Torch.Tests;

public class GeneratorTests
{
    [Fact]
    public void The_state_can_be_saved_and_put_back()
    {
        using var scope = new TensorScope();
        using var generator = new Generator(7);
        _ = Tensor.Randn([5], generator);
        var state = generator.GetState();
        var first = Tensor.Randn([5], generator).ToArray<float>();
        generator.SetState(state);
        Assert.Equal(first, Tensor.Randn([5], generator).ToArray<float>());
        generator.ManualSeed(8);
        Assert.NotEqual(first, Tensor.Randn([5], generator).ToArray<float>());
    }

    [Fact]
    public void Dropout_scales_what_it_keeps_and_follows_its_generator()
    {
        using var scope = new TensorScope();
        using var generator = new Generator(3);
        var dropped = F.Dropout(Tensor.Ones([10000]), 0.25, generator).ToArray<float>();
        Assert.All(dropped, v => Assert.True(v == 0 || Math.Abs(v - (1 / 0.75f)) < 1e-6));
        Assert.InRange(dropped.Count(v => v == 0), 2300, 2700);
        generator.ManualSeed(3);
        Assert.Equal(dropped, F.Dropout(Tensor.Ones([10000]), 0.25, generator).ToArray<float>());
    }
}
