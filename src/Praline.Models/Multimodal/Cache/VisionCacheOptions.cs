namespace Praline.Models.Multimodal;

/// <summary>Where features are kept, and how much of them.</summary>
/// <param name="Folder">A folder of the cache's own; made when there is none. Several processes may share it.</param>
public sealed record VisionCacheOptions(string Folder)
{
    /// <summary>Bytes at most; what was not used for longest is deleted first. 20 GiB by default.</summary>
    public long MaxBytes { get; init; } = 20L << 30;

    /// <summary>
    /// Told about damaged entries (which are computed again) and about entries that could not be written (the work goes on without).
    /// May be called from any thread. By default it writes to standard error.
    /// </summary>
    public Action<string> Warn { get; init; } = Console.Error.WriteLine;
}
