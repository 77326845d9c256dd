namespace Praline.Testing;

/// <summary>Where reference numbers and sample media lie, and how the cases in them are enumerated.</summary>
public static class Golden
{
    /// <summary>The folder of golden cases: <c>PRALINE_GOLDEN</c>, else the copy in <c>tests/golden</c>.</summary>
    public static string Folder { get; } =
        Environment.GetEnvironmentVariable("PRALINE_GOLDEN") is { Length: > 0 } folder
            ? Path.GetFullPath(folder)
            : Path.Combine(RepositoryRoot, "tests", "golden");

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

    /// <summary>The absolute path of a file or folder inside <see cref="Folder"/>.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Folder, .. parts]);

    /// <summary>The case folders of one kind, sorted; empty when the golden folder has no such kind.</summary>
    public static IReadOnlyList<string> Cases(string kind)
    {
        var folder = PathOf(kind);
        return Directory.Exists(folder)
            ? [.. Directory.GetDirectories(folder).Order(StringComparer.Ordinal)]
            : [];
    }

    /// <summary>The same as <see cref="Cases"/>, as xunit theory rows of one column: the case's name.</summary>
    public static TheoryData<string> CaseNames(string kind) => [.. Cases(kind).Select(c => Path.GetFileName(c)!)];

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
}
