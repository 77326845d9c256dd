using System.CommandLine;
using Praline.Cli.Commands;

namespace Praline.Cli;

/// <summary>Every command.</summary>
internal static class CommandTree
{
    /// <summary>The root, with a command per file of <c>Commands</c>.</summary>
    /// <param name="method">The training method that the command line names, whose defaults the help of <c>train</c> and <c>profile</c> shows; null for none.</param>
    public static RootCommand Create(string? method = null)
    {
        var root = OptionConventions.Apply(All(method));
        NumberOptions.MakeStrict(root);
        return root;
    }

    private static RootCommand All(string? method) => new("Praline aligns vision-language models with preferences: SynPO for videos, MACAROON for images.")
    {
        BuildCommand.Create(),
        CandidatesCommand.Create(),
        CaptionClipsCommand.Create(),
        CaptionCommand.Create(),
        ChatCommand.Create(),
        CheckCommand.Create(),
        ClipsCommand.Create(),
        DemoCommand.Create(),
        DoctorCommand.Create(),
        EvaluateCommand.Create(),
        ExportCommand.Create(),
        ImagineCommand.Create(),
        MergeCommand.Create(),
        PlotCommand.Create(),
        ProfileCommand.Create(method),
        RankCommand.Create(),
        ServeCommand.Create(),
        StudioCommand.Create(),
        TokenizerCommand.Create(),
        TrainCommand.Create(method),
        VerifyCommand.Create(),
        WorldCommand.Create(),
    };

    /// <summary>The method after <c>train</c> or <c>profile</c>.</summary>
    public static string? MethodOf(string[] args) => args is ["train" or "profile", var method, ..] && !method.StartsWith('-') ? method : null;
}
