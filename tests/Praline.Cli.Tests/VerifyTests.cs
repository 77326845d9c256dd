using Praline.Testing;

namespace Praline.Cli.Tests;

public sealed class VerifyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("praline-verify-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Verify_prints_each_quantity_and_its_exit_code_says_whether_all_hold()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(Golden.RepositoryRoot, "tests", "golden", "llama", "gqa_untied")))
        {
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        }

        var (exitCode, text, error) = PralineProcess.Run("verify", _folder, "--threads", "1");
        Assert.True(exitCode == 0, text + error);
        Assert.Contains("logits", text);
        Assert.Contains("allowed 1e-04 + 1e-04·|x|", text);
        Assert.Matches(@"(?m)^(\d{2}) of \1 compared quantities hold", text); // gradients among them

        (exitCode, text, _) = PralineProcess.Run("verify", _folder, "--threads", "1", "--atol", "1e-12", "--rtol", "0");
        Assert.Equal(1, exitCode);
        Assert.Contains("WRONG", text);

        File.Delete(Path.Combine(_folder, "expected.safetensors"));
        (exitCode, _, error) = PralineProcess.Run("verify", _folder);
        Assert.Equal(1, exitCode);
        Assert.Contains("docs/checkpoints.md", error);
        Assert.DoesNotContain("   at ", error);
    }
}
