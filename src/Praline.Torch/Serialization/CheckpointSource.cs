using System.Text.Json;

namespace Praline.Torch.Serialization;

/// <summary>
/// The weights of a Hugging Face folder: <c>model.safetensors</c>, or the shards that <c>model.safetensors.index.json</c> lists
/// (or another base name, such as <c>adapter_model</c>).
/// </summary>
public sealed class CheckpointSource : ITensorSource, IDisposable
{
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
            using var json = JsonDocument.Parse(File.ReadAllBytes(index));
            foreach (var entry in json.RootElement.GetProperty("weight_map").EnumerateObject())
            {
                var shard = entry.Value.GetString()!;
                if (shard != Path.GetFileName(shard))
                {
                    throw new PralineException($"{index} points outside its folder: '{entry.Name}' is said to be in '{shard}'.");
                }

                if (!opened.TryGetValue(shard, out var file))
                {
                    opened[shard] = file = SafetensorsFile.Open(Path.Combine(folder, shard));
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

    private static PralineException Missing(string folder, string baseName)
    {
        if (!Directory.Exists(folder))
        {
            return new PralineException($"There is no folder {folder}: a Hugging Face checkpoint was expected there.");
        }

        var pickle = Directory.EnumerateFiles(folder)
            .FirstOrDefault(f => f.EndsWith(".bin", StringComparison.Ordinal) || f.EndsWith(".pt", StringComparison.Ordinal)
                                 || f.EndsWith(".pth", StringComparison.Ordinal));
        return new PralineException(pickle is null
            ? $"{folder} has no {baseName}.safetensors and no {baseName}.safetensors.index.json."
            : $"{folder} has its weights in {Path.GetFileName(pickle)}, a pickle file: opening one runs code, so Praline never does. "
              + "Convert it where you trust it: python -c \"from transformers import AutoModel; "
              + $"AutoModel.from_pretrained('{folder}').save_pretrained('{folder}', safe_serialization=True)\"");
    }
}
