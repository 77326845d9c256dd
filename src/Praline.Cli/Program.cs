using System.CommandLine;
using Praline.Cli;
using Praline.Cli.Commands;

var root = new RootCommand("Praline aligns vision-language models with preferences: SynPO for videos, MACAROON for images.")
{
    BuildCommand.Create(),
    CandidatesCommand.Create(),
    CaptionClipsCommand.Create(),
    CaptionCommand.Create(),
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
    TokenizerCommand.Create(),
    TrainCommand.Create(),
    VerifyCommand.Create(),
    WorldCommand.Create(),
};

return await Host.RunAsync(root, args);
