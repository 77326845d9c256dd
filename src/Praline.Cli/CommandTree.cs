using System.CommandLine;
using Praline.Cli.Commands;

namespace Praline.Cli;

/// <summary>Every command.</summary>
internal static class CommandTree
{
    /// <summary>The root, with a command per file of <c>Commands</c>.</summary>
    public static RootCommand Create()
    {
        var root = All();
        NumberOptions.MakeStrict(root);
        return root;
    }

    private static RootCommand All() => new("Praline aligns vision-language models with preferences: SynPO for videos, MACAROON for images.")
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
        ProfileCommand.Create(),
        RankCommand.Create(),
        ServeCommand.Create(),
        StudioCommand.Create(),
        TokenizerCommand.Create(),
        TrainCommand.Create(),
        VerifyCommand.Create(),
        WorldCommand.Create(),
    };
}
