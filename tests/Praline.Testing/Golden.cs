namespace Praline.Testing;

/// <summary>Where reference numbers and sample media lie, and how the cases in them are enumerated.</summary>
public static class Golden
{
    /// <summary>The row that stands for "no case": a theory needs at least one.</summary>
    private const string None = "(no case of this kind)";

    /// <summary>
    /// The kinds of cases (top folders) that tests compare. A folder of another name is a failure of <c>GoldenKindsTests</c>: nothing is
    /// skipped silently.
    /// </summary>
    public static IReadOnlyList<string> Kinds { get; } =
    [
        "adapters", "auroracap", "chat_templates", "clip_vision", "image_processing", "llama", "llava15", "llava_next", "lora", "losses", "macaroon", "metrics",
        "mistral", "optim", "qwen2", "qwen3", "qwen3_vl", "sampling", "tokenizers", "verified",
    ];

    /// <summary>The folder of golden cases: <c>PRALINE_GOLDEN</c>, else the copy in <c>tests/golden</c>.</summary>
    public static string Folder { get; } =
        Environment.GetEnvironmentVariable("PRALINE_GOLDEN") is { Length: > 0 } folder ? Path.GetFullPath(folder) : OwnFolder;

    /// <summary>The checkout's root: the nearest parent of the test binaries that holds <c>Praline.slnx</c>.</summary>
    public static string RepositoryRoot
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Praline.slnx")))
                {
                    return folder.FullName;
                }
            }

            throw new DirectoryNotFoundException($"No parent of {AppContext.BaseDirectory} holds Praline.slnx.");
        }
    }

    private static string OwnFolder => Path.Combine(RepositoryRoot, "tests", "golden");

    /// <summary>The absolute path of a file or folder inside <see cref="Folder"/>.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Folder, .. parts]);

    /// <summary>
    /// The same, but in the copy of <c>tests/golden</c> when <see cref="Folder"/> lacks it: for what a case needs besides its numbers, such
    /// as a tokenizer.
    /// </summary>
    public static string PathOfHelper(params string[] parts) =>
        PathOf(parts) is var path && (Directory.Exists(path) || File.Exists(path)) ? path : Path.Combine([OwnFolder, .. parts]);

    /// <summary>The case folders of one kind, sorted; empty when the golden folder has no such kind.</summary>
    public static IReadOnlyList<string> Cases(string kind)
    {
        var folder = PathOf(kind);
        return Directory.Exists(folder)
            ? [.. Directory.GetDirectories(folder).Order(StringComparer.Ordinal)]
            : [];
    }

    /// <summary>The names of the cases that a filter on their folders lets through, as rows of one column; at least one, see <see cref="IsNone"/>.</summary>
    public static TheoryData<string> CaseNames(string kind, Func<string, bool>? filter = null) =>
        Rows(Cases(kind).Where(folder => filter?.Invoke(folder) ?? true));

    /// <summary>The same for files directly in a kind's folder; a <c>….meta.json</c> says how a case was made and is none itself.</summary>
    public static TheoryData<string> FileNames(string kind, string pattern = "*.json") => Rows(Directory.Exists(PathOf(kind))
        ? Directory.GetFiles(PathOf(kind), pattern).Where(file => !file.EndsWith(".meta.json", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        : []);

    /// <summary>Rows of kind and name for several kinds.</summary>
    public static TheoryData<string, string> CasesOf(params string[] kinds)
    {
        var rows = new TheoryData<string, string>();
        foreach (var (kind, name) in kinds.SelectMany(kind => Cases(kind).Select(folder => (kind, Path.GetFileName(folder))))
                     .DefaultIfEmpty((string.Join(", ", kinds), None)))
        {
            rows.Add(kind, name);
        }

        return rows;
    }

    /// <summary>True when the row stands for no case: there is nothing to compare, and <c>./test --golden</c> says so.</summary>
    public static bool IsNone(string name) => name == None;

    /// <summary>
    /// Opens the record of a case, such as <c>("llama", "bias")</c>: until it is disposed, every comparison of <see cref="Close"/> on this
    /// thread counts for it.
    /// </summary>
    public static GoldenRecord Record(params string[] path) => new(string.Join('/', path));

    /// <summary>
    /// The folder of real sample media (<c>PRALINE_DATA</c>, else <c>../shared/data</c> beside the checkout), or null when
    /// there is none. A test that needs it prints why it did nothing and returns.
    /// </summary>
    public static string? SharedData()
    {
        if (Environment.GetEnvironmentVariable("PRALINE_DATA") is { Length: > 0 } given)
        {
            return Directory.Exists(given) ? Path.GetFullPath(given) : null;
        }

        for (var folder = new DirectoryInfo(RepositoryRoot).Parent; folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "data");
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }

    private static TheoryData<string> Rows(IEnumerable<string> paths) => [.. paths.Select(path => Path.GetFileName(path)!).DefaultIfEmpty(None)];
}
