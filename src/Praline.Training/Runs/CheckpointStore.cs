using System.Security.Cryptography;
using System.Text.Json;
using Praline.Torch;
using Praline.Torch.Serialization;
using Praline.Training.Engine;

namespace Praline.Training.Runs;

/// <summary>
/// Checkpoints of a run: weights, optimizer and <see cref="TrainingState"/>. Each is written to a temporary folder, flushed and renamed,
/// and has a manifest with a SHA-256 per file: one that was damaged is recognised and the one before it used.
/// </summary>
public sealed class CheckpointStore(string folder, int keep)
{
    private const string Manifest = "manifest.json";
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Writes a checkpoint and removes those beyond the number to keep.</summary>
    public string Save(TrainingState state, IReadOnlyDictionary<string, Tensor> weights, IReadOnlyDictionary<string, Tensor> optimizer)
    {
        var name = $"step-{state.Step:D8}";
        var final = Path.Combine(folder, name);
        var temporary = Path.Combine(folder, $".{name}.{Guid.NewGuid():n}.tmp");
        Directory.CreateDirectory(temporary);
        SafetensorsWriter.Write(Path.Combine(temporary, "weights.safetensors"), weights);
        SafetensorsWriter.Write(Path.Combine(temporary, "optimizer.safetensors"), optimizer);
        AtomicFile.WriteText(Path.Combine(temporary, "state.json"), JsonSerializer.Serialize(state, Json) + "\n");
        var sums = Directory.GetFiles(temporary).Order(StringComparer.Ordinal).ToDictionary(file => Path.GetFileName(file)!, Sum);
        AtomicFile.WriteText(Path.Combine(temporary, Manifest), JsonSerializer.Serialize(sums, Json) + "\n");
        if (Directory.Exists(final))
        {
            Directory.Delete(final, recursive: true);
        }

        Directory.Move(temporary, final);
        Prune();
        return final;
    }

    /// <summary>
    /// The newest checkpoint that is whole: its state and the tensors of its two files; null when there is none.
    /// </summary>
    /// <param name="damaged">Called with the path of each checkpoint that was passed over, and why.</param>
    public LoadedCheckpoint? LoadNewest(Action<string, string>? damaged = null)
    {
        foreach (var path in Existing().Reverse())
        {
            if (Damage(path) is { } reason)
            {
                damaged?.Invoke(path, reason);
                continue;
            }

            var state = JsonSerializer.Deserialize<TrainingState>(File.ReadAllText(Path.Combine(path, "state.json")), Json)!;
            return new LoadedCheckpoint(
                path, state, SafetensorsFile.Load(Path.Combine(path, "weights.safetensors")),
                SafetensorsFile.Load(Path.Combine(path, "optimizer.safetensors")));
        }

        return null;
    }

    private static string? Damage(string path)
    {
        try
        {
            var sums = JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(Path.Combine(path, Manifest)), Json)!;
            foreach (var (file, sum) in sums)
            {
                if (!File.Exists(Path.Combine(path, file)))
                {
                    return $"{file} is missing";
                }

                if (Sum(Path.Combine(path, file)) != sum)
                {
                    return $"{file} is not what was written";
                }
            }

            return null;
        }
        catch (Exception error) when (error is IOException or JsonException)
        {
            return $"{Manifest} can't be read ({error.Message})";
        }
    }

    private static string Sum(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private IEnumerable<string> Existing() =>
        Directory.Exists(folder) ? Directory.GetDirectories(folder, "step-*").Order(StringComparer.Ordinal) : [];

    private void Prune()
    {
        foreach (var old in Existing().Reverse().Skip(keep).Concat(Directory.GetDirectories(folder, ".step-*.tmp")))
        {
            Directory.Delete(old, recursive: true);
        }
    }
}
