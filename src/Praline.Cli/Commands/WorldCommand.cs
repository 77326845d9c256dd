using System.CommandLine;
using Praline.Preferences;
using Praline.SmallWorld;

namespace Praline.Cli.Commands;

/// <summary><c>praline world</c>: data of the small world of moving shapes, with exact ground truth.</summary>
internal static class WorldCommand
{
    public static Command Create()
    {
        var output = new Option<string>("--out") { Description = "Folder to write to.", Required = true };
        var split = new Option<SmallWorldSplit>("--split")
        {
            Description = "Train (the base learns from it), Preference (pairs are built from it) or HeldOut (only evaluation sees it).",
            DefaultValueFactory = _ => SmallWorldSplit.Train,
        };
        var videos = new Option<int>("--videos") { Description = "How many videos to write, with truth.jsonl and, for Train, sft.jsonl." };
        var frames = new Option<int>("--frames") { Description = "How many single frames to write, with frames.jsonl." };
        var command = new Command("world", "Write videos and pictures of the small world: moving shapes whose truth is known, with captions.")
        {
            output, split, videos, frames,
        };
        command.SetAction(parsed => Run(
            parsed.GetValue(output)!, parsed.GetValue(split), parsed.GetValue(videos), parsed.GetValue(frames)));
        return command;
    }

    private static int Run(string folder, SmallWorldSplit split, int videos, int frames)
    {
        if (frames > 0)
        {
            FrameData.Write(folder, split, frames);
            Ui.Note($"{frames} pictures: {Path.Combine(folder, "frames.jsonl")}");
        }

        if (videos > 0)
        {
            SmallWorldData.WriteVideos(folder, split, videos);
            Ui.Note($"{videos} videos: {Path.Combine(folder, "truth.jsonl")}");
            if (split == SmallWorldSplit.Train)
            {
                var path = Path.Combine(folder, "sft.jsonl");
                var rows = SmallWorldData.WriteRows(path, split, videos, SmallWorldPrompts.From(PromptSet.Default), videos: true);
                Ui.Note($"{rows} questions and answers: {path}");
            }
        }

        return Host.Success;
    }
}
