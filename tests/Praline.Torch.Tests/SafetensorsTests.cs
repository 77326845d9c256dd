using System.Text;
using Praline.Testing;
using Praline.Torch;
using Praline.Torch.Serialization;

namespace Praline.Torch.Tests;

public sealed class SafetensorsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("praline-safetensors-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_is_written_is_read_back_in_every_type()
    {
        using var scope = new TensorScope();
        var path = Path.Combine(_folder, "x.safetensors");
        var tensors = new Dictionary<string, Tensor>
        {
            ["f32"] = Tensor.From([1f, -2.5f], 2, 1),
            ["f16"] = Tensor.From([1f, 0.333f]).To(DType.Float16),
            ["bf16"] = Tensor.From([1f, 0.333f]).To(DType.BFloat16),
            ["i64"] = Tensor.From([long.MinValue, 5L]),
            ["bool"] = Tensor.From([true, false, true]),
            ["empty"] = Tensor.Zeros([0, 4]),
        };
        SafetensorsWriter.Write(path, tensors);
        using var file = SafetensorsFile.Open(path);
        Assert.Equal("pt", file.Metadata["format"]);
        foreach (var (name, tensor) in tensors)
        {
            var back = file.Read(name);
            Assert.Equal(tensor.DType, back.DType);
            Assert.Equal(tensor.Shape, back.Shape);
            Assert.Equal(tensor.ToArray<double>(), back.ToArray<double>());
        }
    }

    [Fact]
    public void Writing_again_gives_the_file_that_the_reference_library_wrote()
    {
        using var scope = new TensorScope();
        var reference = Golden.PathOfHelper("optim", "adamw", "inputs.safetensors");
        var path = Path.Combine(_folder, "again.safetensors");
        SafetensorsWriter.Write(path, SafetensorsFile.Load(reference), SafetensorsFile.Open(reference).Metadata.ToDictionary());
        Assert.Equal(
            SafetensorsFile.Load(reference).Keys.Order(StringComparer.Ordinal),
            SafetensorsFile.Load(path).Keys.Order(StringComparer.Ordinal));
        var first = File.ReadAllBytes(path);
        SafetensorsWriter.Write(path, SafetensorsFile.Load(path));
        Assert.Equal(first, File.ReadAllBytes(path));
    }

    [Fact]
    public void Training_in_place_never_changes_the_file()
    {
        using var scope = new TensorScope();
        var path = Path.Combine(_folder, "x.safetensors");
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["x"] = Tensor.Ones([4]) });
        var before = File.ReadAllBytes(path);
        using (var file = SafetensorsFile.Open(path))
        {
            Assert.Equal(8f, file.Read("x").MulInPlace(2).Sum().Item<float>());
        }

        Assert.Equal(before, File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""", "twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", "overlap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,800]}}""", "outside")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "outside")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "impossible shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807,4],"data_offsets":[0,8]}}""", "impossible shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "needs 12 bytes")]
    [InlineData("""{"a":{"dtype":"Q4","shape":[3],"data_offsets":[0,8]}}""", "dtype 'Q4'")]
    [InlineData("""{"a":{"dtype":"F32","shape":"x","data_offsets":[0,8]}}""", "JSON")]
    [InlineData("""{"a":[]}""", "JSON")]
    [InlineData("[1,2", "JSON")]
    public void Headers_that_lie_are_clear_errors(string header, string says)
    {
        var path = Path.Combine(_folder, "bad.safetensors");
        var json = Encoding.UTF8.GetBytes(header);
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((ulong)json.Length), .. json, .. new byte[16]]);
        var error = Assert.Throws<PralineException>(() => SafetensorsFile.Open(path));
        Assert.Contains(says, error.Message);
        Assert.Contains(path, error.Message);
    }

    [Fact]
    public void A_huge_header_length_is_refused_without_reading_it()
    {
        var path = Path.Combine(_folder, "bad.safetensors");
        File.WriteAllBytes(path, [.. BitConverter.GetBytes(ulong.MaxValue), 1, 2, 3]);
        Assert.Contains("header says", Assert.Throws<PralineException>(() => SafetensorsFile.Open(path)).Message);
        File.WriteAllBytes(path, [1]);
        Assert.Contains("at least 8", Assert.Throws<PralineException>(() => SafetensorsFile.Open(path)).Message);
    }

    [Fact]
    public void Pickle_checkpoints_are_refused_with_the_way_to_convert_them()
    {
        File.WriteAllBytes(Path.Combine(_folder, "pytorch_model.bin"), [0x80, 2]);
        var error = Assert.Throws<PralineException>(() => CheckpointSource.Open(_folder));
        Assert.Contains("pickle", error.Message);
        Assert.Contains("safe_serialization=True", error.Message);
    }

    [Fact]
    public void Shards_are_found_through_the_index_and_a_wrong_index_is_an_error()
    {
        using var scope = new TensorScope();
        SafetensorsWriter.Write(Path.Combine(_folder, "model-1.safetensors"), new Dictionary<string, Tensor> { ["a"] = Tensor.Ones([2]) });
        SafetensorsWriter.Write(Path.Combine(_folder, "model-2.safetensors"), new Dictionary<string, Tensor> { ["b"] = Tensor.Zeros([3]) });
        var index = Path.Combine(_folder, "model.safetensors.index.json");
        File.WriteAllText(index, """{"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors"}}""");
        using (var source = CheckpointSource.Open(_folder))
        {
            Assert.Equal(2, source.TryRead("a", [2], Initialization.Normal)!.Numel);
            Assert.Equal([3L], source.TryRead("b", [3], Initialization.Normal)!.Shape);
        }

        File.WriteAllText(index, """{"weight_map":{"a":"model-2.safetensors"}}""");
        Assert.Contains("'a' is in model-2", Assert.Throws<PralineException>(() => CheckpointSource.Open(_folder)).Message);
        File.WriteAllText(index, """{"weight_map":{"a":"../x.safetensors"}}""");
        Assert.Contains("outside its folder", Assert.Throws<PralineException>(() => CheckpointSource.Open(_folder)).Message);
        File.WriteAllText(index, "{");
        Assert.Contains("not a good index", Assert.Throws<PralineException>(() => CheckpointSource.Open(_folder)).Message);
    }
}
