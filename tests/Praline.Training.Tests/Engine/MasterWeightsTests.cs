using Praline.Torch;
using Praline.Torch.Optim;
using Praline.Training.Engine;

namespace Praline.Training.Tests.Engine;

public class MasterWeightsTests
{
    /// <summary>bfloat16 has 8 bits of precision: below 1, numbers are 2⁻⁸ apart, and steps of 10⁻⁴ are lost without a master.</summary>
    [Fact]
    public void Steps_that_half_precision_would_lose_add_up()
    {
        using var scope = new TensorScope();
        var parameter = Tensor.Ones([3]).To(DType.BFloat16);
        parameter.RequiresGrad = true;
        using var weights = new MasterWeights(new Dictionary<string, Tensor> { ["w"] = parameter });
        using var accumulator = new GradientAccumulator(weights);
        using var optimizer = new AdamW(weights.Tensors, new AdamWOptions { LearningRate = 1e-4, WeightDecay = 0 });
        for (var step = 0; step < 100; step++)
        {
            parameter.Grad = Tensor.Ones([3]).To(DType.BFloat16);
            Assert.True(accumulator.TryAdd());
            Assert.True(accumulator.Release(() => { }));
            optimizer.Step();
            weights.CopyBack();
        }

        Assert.All(weights.Tensors["w"].ToArray<float>(), value => Assert.Equal(0.99, value, 1e-5));
        Assert.All(parameter.To(DType.Float32).ToArray<float>(), value => Assert.Equal(0.98828125, value)); // 0.99 rounded to 2⁻⁸
    }
}
