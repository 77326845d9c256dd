using Praline.Torch;

namespace Praline.Torch.Tests;

[Collection("live tensors")]
public class TensorScopeTests
{
    [Fact]
    public void A_scope_frees_what_was_made_in_it_and_keeps_what_was_moved_out()
    {
        Tensor kept, detached;
        using (new TensorScope())
        {
            Tensor lost;
            using (new TensorScope())
            {
                lost = Tensor.Ones([3]);
                kept = (lost + lost).MoveToOuterScope();
                detached = (lost * 3L).DetachFromScope();
            }

            Assert.True(lost.IsDisposed);
            Assert.Equal([2f, 2f, 2f], kept.ToArray<float>());
        }

        Assert.True(kept.IsDisposed);
        Assert.Equal([3f, 3f, 3f], detached.ToArray<float>());
        detached.Dispose();
        Assert.Throws<ObjectDisposedException>(() => detached.Shape);
    }

    [Fact]
    public void A_hundred_steps_leave_nothing_behind()
    {
        var weight = Tensor.Randn([8, 8], new Generator(1)).DetachFromScope();
        weight.RequiresGrad = true;
        void Step()
        {
            using var scope = new TensorScope();
            F.Linear(Tensor.Ones([4, 8]), weight).Sigmoid().Sum().Backward();
            weight.Grad = null;
        }

        Step();
        var before = Tensor.LiveCount;
        for (var i = 0; i < 100; i++)
        {
            Step();
        }

        Assert.Equal(before, Tensor.LiveCount);
        weight.Dispose();
    }

    [Fact]
    public void Scopes_close_in_order()
    {
        var outer = new TensorScope();
        var inner = new TensorScope();
        Assert.Throws<InvalidOperationException>(outer.Dispose);
        inner.Dispose();
        outer.Dispose();
    }
}
