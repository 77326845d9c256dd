using System.CommandLine;
using Praline.Cli;
using Praline.Cli.Commands;

var root = new RootCommand("Praline aligns vision-language models with preferences: SynPO for videos, MACAROON for images.")
{
    CaptionCommand.Create(),
    DemoCommand.Create(),
    DoctorCommand.Create(),
    EvaluateCommand.Create(),
    ImagineCommand.Create(),
    MergeCommand.Create(),
    PlotCommand.Create(),
    ProfileCommand.Create(),
    TokenizerCommand.Create(),
    TrainCommand.Create(),
    VerifyCommand.Create(),
    WorldCommand.Create(),
};

foreach (var command in BuildCommands.Create())
{
    root.Subcommands.Add(command);
}

return await Host.RunAsync(root, args);
