using System.Text.Json;

namespace Praline.Torch.Serialization;

/// <summary>
/// The weights of a Hugging Face folder: <c>model.safetensors</c>, or the shards that <c>model.safetensors.index.json</c> lists
/// (or another base name, such as <c>adapter_model</c>).
/// </summary>
public sealed class CheckpointSource : ITensorSource, IDisposable
{
    private const long MaxIndexBytes = 100_000_000;
    private readonly Dictionary<string, SafetensorsFile> _fileOf = new(StringComparer.Ordinal);
    private readonly List<SafetensorsFile> _files = [];

    private CheckpointSource(string name) => Name = name;

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _fileOf.Keys;

    IReadOnlyCollection<string>? ITensorSource.Names => Names;

    /// <summary>The files that were opened.</summary>
    public IEnumerable<string> Files => _files.Select(file => file.Path);

    /// <summary>Opens the folder's weights.</summary>
    /// <exception cref="PralineException">Nothing readable lies there; pickle files are refused with the way to convert them.</exception>
    public static CheckpointSource Open(string folder, string baseName = "model")
    {
        var source = new CheckpointSource(folder);
        try
        {
            var index = Path.Combine(folder, $"{baseName}.safetensors.index.json");
            var single = Path.Combine(folder, $"{baseName}.safetensors");
            if (File.Exists(index))
            {
                source.OpenShards(folder, index);
            }
            else if (File.Exists(single))
            {
                var file = SafetensorsFile.Open(single);
                source._files.Add(file);
                foreach (var name in file.Tensors.Keys)
                {
                    source._fileOf[name] = file;
                }
            }
            else
            {
                throw Missing(folder, baseName);
            }

            return source;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Tensor? TryRead(string name, long[] shape, Initialization initialization) =>
        _fileOf.TryGetValue(name, out var file) ? file.Read(name) : null;

    /// <summary>What the checkpoint says of a tensor, or null.</summary>
    public TensorEntry? Find(string name) => _fileOf.TryGetValue(name, out var file) ? file.Tensors[name] : null;

    /// <summary>Lets go of the files; tensors that were read stay valid.</summary>
    public void Dispose() => _files.ForEach(file => file.Dispose());

    private void OpenShards(string folder, string index)
    {
        var opened = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        try
        {
            if (new FileInfo(index).Length > MaxIndexBytes)
            {
                throw new PralineException($"{index} has more than {MaxIndexBytes:N0} bytes: that is no index of tensors.");
            }

            using var json = JsonDocument.Parse(File.ReadAllBytes(index), new JsonDocumentOptions { MaxDepth = 8 });
            foreach (var entry in json.RootElement.GetProperty("weight_map").EnumerateObject())
            {
                var shard = entry.Value.GetString() ?? throw new PralineException($"{index} names no file for '{entry.Name}'.");
                if (shard.Length == 0 || shard.Contains('\0') || shard != Path.GetFileName(shard))
                {
                    throw new PralineException($"{index} points outside its folder: '{entry.Name}' is said to be in '{shard}'.");
                }

                if (!opened.TryGetValue(shard, out var file))
                {
                    opened[shard] = file = OpenShard(Path.Combine(folder, shard), entry.Name, index);
                    _files.Add(file);
                }

                if (!file.Tensors.ContainsKey(entry.Name))
                {
                    throw new PralineException($"{index} says that '{entry.Name}' is in {shard}, but it is not. Download the checkpoint again.");
                }

                _fileOf[entry.Name] = file;
            }
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new PralineException($"{index} is not a good index: {error.Message}", error);
        }
    }

    private static SafetensorsFile OpenShard(string path, string tensor, string index)
    {
        if (!File.Exists(path))
        {
            throw new PralineException(
                $"{Path.GetFileName(path)} is missing: {index} says that '{tensor}' and others are in it. Download the whole checkpoint.");
        }

        return IsPickle(path) ? throw Pickle(Path.GetDirectoryName(path)!, path) : SafetensorsFile.Open(path);
    }

    private static bool IsPickle(string path) =>
        Path.GetExtension(path) is ".bin" or ".pt" or ".pth" or ".ckpt" or ".pkl";

    private static PralineException Missing(string folder, string baseName)
    {
        if (!Directory.Exists(folder))
        {
            return !File.Exists(folder) ? new PralineException($"There is no folder {folder}: a Hugging Face checkpoint was expected there.")
                : IsPickle(folder) ? Pickle(Path.GetDirectoryName(Path.GetFullPath(folder))!, folder)
                : new PralineException($"{folder} is a file: the folder of a Hugging Face checkpoint was expected.");
        }

        return Directory.EnumerateFiles(folder).FirstOrDefault(IsPickle) is { } pickle
            ? Pickle(folder, pickle)
            : new PralineException($"{folder} has no {baseName}.safetensors and no {baseName}.safetensors.index.json.");
    }

    private static PralineException Pickle(string folder, string file) => new(
        $"{folder} has its weights in {Path.GetFileName(file)}, a pickle file: opening one runs code, so Praline never does. "
        + "Convert it where you trust it: python -c \"from transformers import AutoModel; "
        + $"AutoModel.from_pretrained('{folder}').save_pretrained('{folder}', safe_serialization=True)\" (docs/checkpoints.md has other ways).");
}
