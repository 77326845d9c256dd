namespace Praline.Training.Data;

/// <summary>Finds the files that rows name: relative to a folder, with or without an extension, as the papers' files name videos.</summary>
/// <param name="folder">Where media lie.</param>
public sealed class MediaFinder(string folder)
{
    private static readonly string[] VideoExtensions = [".mp4", ".mkv", ".webm", ".mov", ".avi"];

    /// <summary>
    /// What a row looks at: <c>video</c> or <c>video_name</c> (with <c>frame_range</c>), <c>image</c>, <c>images</c>; null when it names none.
    /// The files need not exist: the check before training lists those that are missing.
    /// </summary>
    public MediaReference? Find(DataRow row)
    {
        if ((row.OptionalText("video") ?? row.OptionalText("video_name")) is { } video)
        {
            return new MediaReference([Video(video)], IsVideo: true, row.OptionalRange("frame_range"));
        }

        var images = row.OptionalTexts("images") ?? row.OptionalTexts("image");
        return images is null or { Count: 0 } ? null : new MediaReference([.. images.Select(Absolute)], IsVideo: false);
    }

    private string Absolute(string name) => Path.GetFullPath(Path.Combine(folder, name));

    private string Video(string name)
    {
        var path = Absolute(name);
        return File.Exists(path) ? path : VideoExtensions.Select(extension => path + extension).FirstOrDefault(File.Exists) ?? path;
    }
}
