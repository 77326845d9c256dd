using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;
using Praline.Torch;
using Praline.Training.Engine;
using Praline.Training.Runs;

namespace Praline.Training.Tests.Runs;

public class LogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("praline-runs-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // RFC 3720, appendix B.4: CRC-32C of 32 zero bytes and of 0, 1, … 31.
    [Fact]
    public void Crc32C_of_known_bytes()
    {
        Assert.Equal(0x8A9136AAu, Crc32C.Of(new byte[32]));
        Assert.Equal(0x46DD794Eu, Crc32C.Of([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
        Assert.Equal(0xE3069283u, Crc32C.Of(Encoding.ASCII.GetBytes("123456789")));
    }

    [Fact]
    public void TensorBoard_files_hold_the_scalars()
    {
        long length;
        using (var log = new TensorBoardLog(_folder, 0))
        {
            log.Write(1, [new("loss", 0.5), new("rewards/chosen", -1.25)]);
            length = log.Length;
            log.Write(2, [new("loss", 9)]);
        }

        using (var log = new TensorBoardLog(_folder, length))
        {
            log.Write(2, [new("loss", 0.25)]);
        }

        var events = ReadEvents(Path.Combine(_folder, TensorBoardLog.FileName));
        Assert.Equal("brain.Event:2", events[0].Version);
        Assert.Equal([(1L, "loss", 0.5f), (1L, "rewards/chosen", -1.25f), (2L, "loss", 0.25f)], events.Skip(1).SelectMany(e => e.Values.Select(v => (e.Step, v.Tag, v.Value))));
    }

    [Fact]
    public void Logs_are_cut_back()
    {
        var path = Path.Combine(_folder, "a.jsonl");
        long length;
        using (var log = new JsonLinesLog(path, 0))
        {
            log.Write([new("step", 1), new("loss", 0.1)]);
            length = log.Length;
            log.Write([new("step", 2), new("loss", double.NaN)]);
        }

        Assert.Equal("{\"step\":1,\"loss\":0.1}\n{\"step\":2,\"loss\":null}\n", File.ReadAllText(path));
        using (new JsonLinesLog(path, length))
        {
        }

        Assert.Equal("{\"step\":1,\"loss\":0.1}\n", File.ReadAllText(path));
        Assert.Throws<PralineException>(() => new JsonLinesLog(path, 1000));
    }

    [Fact]
    public void Damaged_checkpoints_are_passed_over_and_old_ones_removed()
    {
        using var scope = new TensorScope();
        var store = new CheckpointStore(Path.Combine(_folder, "checkpoints"), keep: 2);
        for (var step = 1; step <= 3; step++)
        {
            store.Save(
                new TrainingState { Step = step, LogOffsets = new Dictionary<string, long> { ["metrics"] = 10 * step } },
                new Dictionary<string, Tensor> { ["w"] = Tensor.Full([3], step) }, new Dictionary<string, Tensor> { ["w.step"] = Tensor.Scalar(step) });
        }

        Assert.Equal(["step-00000002", "step-00000003"], Directory.GetDirectories(Path.Combine(_folder, "checkpoints")).Select(d => Path.GetFileName(d)!).Order());
        var newest = store.LoadNewest()!;
        Assert.Equal((3, 30L, 3f), (newest.State.Step, newest.State.LogOffsets["metrics"], newest.Weights["w"].ToArray<float>()[0]));

        var file = Path.Combine(newest.Path, "weights.safetensors");
        var bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);
        var notes = new List<string>();
        Assert.Equal(2, store.LoadNewest((path, why) => notes.Add(why))!.State.Step);
        Assert.Contains("weights.safetensors", Assert.Single(notes));
        File.Delete(Path.Combine(_folder, "checkpoints", "step-00000002", "manifest.json"));
        Assert.Null(store.LoadNewest());
    }

    /// <summary>Reads TFRecords and the few fields that are written, checking both checksums.</summary>
    private static List<(long Step, string Version, List<(string Tag, float Value)> Values)> ReadEvents(string path)
    {
        var data = File.ReadAllBytes(path).AsSpan();
        var events = new List<(long, string, List<(string, float)>)>();
        while (data.Length > 0)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(data);
            Assert.Equal(Crc32C.Masked(data[..8]), BinaryPrimitives.ReadUInt32LittleEndian(data[8..]));
            var body = data.Slice(12, length);
            Assert.Equal(Crc32C.Masked(body), BinaryPrimitives.ReadUInt32LittleEndian(data[(12 + length)..]));
            data = data[(16 + length)..];
            var (step, version, values) = (0L, "", new List<(string, float)>());
            var input = new CodedInputStream(body.ToArray());
            while (input.ReadTag() is var tag && tag != 0)
            {
                switch (WireFormat.GetTagFieldNumber(tag))
                {
                    case 1: input.ReadDouble(); break;
                    case 2: step = input.ReadInt64(); break;
                    case 3: version = input.ReadString(); break;
                    case 5: values = ReadSummary(input.ReadBytes()); break;
                }
            }

            events.Add((step, version, values));
        }

        return events;
    }

    private static List<(string, float)> ReadSummary(ByteString bytes)
    {
        var values = new List<(string, float)>();
        var input = new CodedInputStream(bytes.ToByteArray());
        while (input.ReadTag() != 0)
        {
            var entry = new CodedInputStream(input.ReadBytes().ToByteArray());
            var (name, value) = ("", 0f);
            while (entry.ReadTag() is var tag && tag != 0)
            {
                if (WireFormat.GetTagFieldNumber(tag) == 1)
                {
                    name = entry.ReadString();
                }
                else
                {
                    value = entry.ReadFloat();
                }
            }

            values.Add((name, value));
        }

        return values;
    }
}
