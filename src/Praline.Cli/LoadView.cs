using Praline.Models.Checkpoints;

namespace Praline.Cli;

/// <summary>Shows how far a large checkpoint is loaded; small ones are there before a line could be read.</summary>
internal static class LoadView
{
    private const long WorthShowing = 500L << 20;

    /// <summary>What to give to <see cref="LoadOptions.Progress"/>.</summary>
    public static Action<LoadProgress> For(string folder)
    {
        var line = new ProgressLine($"loading {Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))}", "MB");
        return progress =>
        {
            if (progress.BytesTotal >= WorthShowing)
            {
                line.Report((int)(progress.BytesDone >> 20), (int)(progress.BytesTotal >> 20));
            }
        };
    }
}
