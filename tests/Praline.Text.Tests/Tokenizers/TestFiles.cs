using Praline.Testing;

namespace Praline.Text.Tests.Tokenizers;

/// <summary>The files in <c>Data</c> beside these tests; its README says where each comes from.</summary>
internal static class TestFiles
{
    public static string Path(string name) =>
        System.IO.Path.Combine(Golden.RepositoryRoot, "tests", "Praline.Text.Tests", "Tokenizers", "Data", name);
}
