namespace Praline.Data.Tests;

/// <summary>A file is one item however many paths lead to it.</summary>
public sealed class FolderWalkTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("praline-walk-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Links_in_circles_give_each_file_once()
    {
        Write("a/one.mp4", "a/b/two.mp4", "c/three.mp4");
        Link("a/b/up", _folder);
        Link("a/b/self", "self");
        Link("c/again", "../a");
        Link("c/one-more.mp4", "../a/one.mp4");
        Link("aaa", "a");
        Assert.Equal(["a/b/two.mp4", "a/one.mp4", "c/three.mp4"], Names());
    }

    [Fact]
    public void Links_to_other_folders_are_followed_and_counted_once()
    {
        var outside = Directory.CreateTempSubdirectory("praline-outside-");
        try
        {
            Directory.CreateDirectory(Path.Combine(outside.FullName, "deep"));
            File.WriteAllText(Path.Combine(outside.FullName, "deep", "x.mp4"), "");
            Link("first", outside.FullName);
            Link("second", Path.Combine(outside.FullName, "deep"));
            Link("third.mp4", "first/deep/x.mp4");
            Link("broken.mp4", "nowhere.mp4");
            Assert.EndsWith("x.mp4", Names()[0]);
            Assert.Single(Names());
        }
        finally
        {
            outside.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_folder_that_is_itself_a_link_is_walked()
    {
        Write("real/one.mp4");
        Link("linked", "real");
        Assert.Equal([Path.Combine(_folder, "linked", "one.mp4")], FolderWalk.Files(Path.Combine(_folder, "linked")));
    }

    [Fact]
    public void The_real_path_has_no_links()
    {
        Write("a/b/one.mp4");
        Link("x", "a");
        Link("a/y", "b");
        Assert.Equal(FolderWalk.RealPath(Path.Combine(_folder, "a/b/one.mp4")), FolderWalk.RealPath(Path.Combine(_folder, "x/y/one.mp4")));
    }

    private string[] Names() => [.. FolderWalk.Files(_folder).Select(path => Path.GetRelativePath(_folder, path))];

    private void Write(params string[] names)
    {
        foreach (var name in names)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder, name))!);
            File.WriteAllText(Path.Combine(_folder, name), name);
        }
    }

    private void Link(string name, string target) => File.CreateSymbolicLink(Path.Combine(_folder, name), target);
}
