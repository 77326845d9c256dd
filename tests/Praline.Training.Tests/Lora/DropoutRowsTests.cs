using Praline.Models.Language;
using Praline.Testing;
using Praline.Torch;
using Praline.Training.Lora;
using Praline.Training.Tasks;

namespace Praline.Training.Tests.Lora;

public sealed class DropoutRowsTests
{
    [Fact]
    public void A_batch_has_the_same_gradient_with_dropout_however_it_is_cut()
    {
        using var scope = new TensorScope();
        using var tiny = TinyLlama.Random(dtype: DType.Float64);
        using var model = TinyExamples.WithLora(tiny, new() { R = 4, LoraAlpha = 8, LoraDropout = 0.4 });
        var task = new SupervisedTask(model, TinyExamples.Make(4, 1));
        int[] batch = [2, 0, 3, 1];
        var whole = task.Backward(batch, batch, 9).Loss;
        var expected = TinyExamples.Gradients(model);
        double loss = 0;
        foreach (var part in (int[][])[[1, 3], [2], [0]])
        {
            loss += task.Backward(part, batch, 9).Loss;
        }

        Assert.Equal(whole, loss, 1e-12);
        foreach (var (name, gradient) in TinyExamples.Gradients(model))
        {
            Close.Equal(expected[name], gradient, 1e-12, 1e-10, name);
        }
    }

    [Fact]
    public void Masks_have_the_share_of_zeros_and_depend_on_everything_they_should()
    {
        using var scope = new TensorScope();
        var layout = new PackedLayout(new SequenceTree(100, [50, 50]), new SequenceTree(60, [40]));
        var rows = new DropoutRows(1, ["a", "b"], layout);
        var ones = Tensor.Ones([layout.Length, 500]);
        float[] Mask(DropoutRows of, ulong salt) => of.Drop(ones, salt, 0.3)!.ToArray<float>();
        var mask = Mask(rows, 7);
        Assert.Equal([0, 1 / 0.7f], mask.Distinct().Order());

        // 150,000 draws: the standard deviation of the share is 0.0012.
        Assert.InRange(mask.Count(m => m == 0) / (double)mask.Length, 0.294, 0.306);
        Assert.Equal(mask, Mask(new DropoutRows(1, ["a", "b"], layout), 7));
        Assert.NotEqual(mask, Mask(rows, 8));
        Assert.NotEqual(mask, Mask(new DropoutRows(2, ["a", "b"], layout), 7));
        Assert.NotEqual(mask[..500], mask[500..1000]);

        // An example keeps its mask behind another.
        var alone = new DropoutRows(1, ["b"], new PackedLayout(new SequenceTree(60, [40]))).Drop(Tensor.Ones([100, 500]), 7, 0.3)!.ToArray<float>();
        Assert.Equal(alone, mask[(200 * 500)..]);
    }
}
