using Praline.Torch;

namespace Praline.Torch.Tests;

public class OperatorTests
{
    [Fact]
    public void Any_operator_is_called_by_its_schema_name()
    {
        using var scope = new TensorScope();
        var x = Tensor.From([-2f, 0.5f, 3f]);
        Assert.Equal([-1f, 0.5f, 1f], new Operator("aten::clamp").Call(x, -1.0, 1.0).ToArray<float>());
        var (values, indices) = new Operator("aten::max", "dim").Call2(x, 0);
        Assert.Equal(3f, values.Item<float>());
        Assert.Equal(2L, indices.Item<long>());
        Assert.StartsWith("aten::clamp(Tensor self", new Operator("aten::clamp").Schema, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_name_the_operator_the_shapes_and_the_dtypes()
    {
        using var scope = new TensorScope();
        var error = Assert.Throws<TorchException>(() => Tensor.Zeros([2, 3]).MatMul(Tensor.Zeros([2, 3])));
        Assert.Contains("aten::matmul(Float32[2, 3], Float32[2, 3])", error.Message);
        Assert.Contains("no_such", Assert.Throws<TorchException>(() => new Operator("aten::no_such").Call()).Message);
        Assert.Contains("'self'", Assert.Throws<TorchException>(() => new Operator("aten::relu").Call("text")).Message);
        Assert.Contains("schema has", Assert.Throws<TorchException>(() => new Operator("aten::relu").Call(1, 2, 3)).Message);
    }

    [Fact]
    public void Lists_of_tensors_go_in_and_come_out()
    {
        using var scope = new TensorScope();
        var joined = Tensor.Cat([Tensor.From([1L, 2L]), Tensor.From([3L])]);
        Assert.Equal([1L, 2L, 3L], joined.ToArray<long>());
        var parts = joined.Split([1, 2]);
        Assert.Equal([2L, 3L], parts[1].ToArray<long>());
        var picked = joined.Index(Tensor.From([2L, 0L]));
        Assert.Equal([3L, 1L], picked.ToArray<long>());
    }

    [Fact]
    public void Integer_arithmetic_stays_integer()
    {
        using var scope = new TensorScope();
        Assert.Equal(DType.Int64, (Tensor.From([1L, 2L]) + 1).DType);
        Assert.Equal(DType.Int64, (Tensor.From([1L, 2L]) * 2).DType);
    }
}
