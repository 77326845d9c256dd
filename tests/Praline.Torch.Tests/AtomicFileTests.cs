namespace Praline.Torch.Tests;

public class AtomicFileTests
{
    [Fact]
    public void A_failed_write_leaves_the_old_file_and_nothing_else()
    {
        var folder = Directory.CreateTempSubdirectory();
        var path = Path.Combine(folder.FullName, "new", "file.txt");
        AtomicFile.WriteText(path, "old");
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(1);
            throw new InvalidOperationException();
        }));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));

        // A folder stands where the file should be: the system refuses, and the message says what to do.
        var error = Assert.Throws<StorageException>(() => AtomicFile.WriteText(Path.Combine(folder.FullName, "new"), "x"));
        Assert.Contains("start the same command again", error.Message);
        folder.Delete(recursive: true);
    }

    [Fact]
    public void What_killed_processes_left_is_deleted_and_what_others_write_is_not()
    {
        var folder = Directory.CreateTempSubdirectory();
        string Name(string name) => Path.Combine(folder.FullName, name);
        string[] kept = ["a.jsonl.notes.tmp", $"a.jsonl.{Environment.ProcessId}.1.tmp", "a.jsonl.b.jsonl.99999999.1.tmp", "b.jsonl.99999999.1.tmp"];
        foreach (var name in kept.Append("a.jsonl.99999999.7.tmp"))
        {
            File.WriteAllText(Name(name), "");
        }

        AtomicFile.DeleteLeftOvers(Name("a.jsonl"));
        Assert.Equal(kept.Order(StringComparer.Ordinal), Directory.GetFiles(folder.FullName).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal));
        folder.Delete(recursive: true);
    }
}
