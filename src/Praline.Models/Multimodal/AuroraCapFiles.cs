namespace Praline.Models.Multimodal;

/// <summary>The layout of an AuroraCap folder.</summary>
internal static class AuroraCapFiles
{
    internal const string VisualEncoderName = "visual_encoder";
    internal const string ProjectorName = "projector";

    /// <summary>True when the folder has AuroraCap's layout.</summary>
    internal static bool Has(string folder) =>
        Directory.Exists(Path.Combine(folder, VisualEncoderName)) && Directory.Exists(Path.Combine(folder, ProjectorName));

    internal static string VisualEncoder(string folder) => Existing(folder, VisualEncoderName);

    internal static string Projector(string folder) => Existing(folder, ProjectorName);

    private static string Existing(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        return Directory.Exists(path) ? path : throw new PralineException(
            $"{folder} has no folder {name}/: an AuroraCap checkpoint has its language model at the root and {VisualEncoderName}/ and "
            + $"{ProjectorName}/ inside.");
    }
}
