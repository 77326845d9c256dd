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
        var images = new Option<int>("--images")
        {
            Description = "How many images with questions to write: truth.jsonl, questions.jsonl, pie.jsonl, plain.jsonl, general.json and, for Train, sft.jsonl.",
        };
        var command = new Command("world", "Write videos and pictures of the small world: moving shapes whose truth is known, with captions.")
        {
            output, split, videos, frames, images,
        };
        command.SetAction(parsed =>
        {
            var (folder, part) = (parsed.GetValue(output)!, parsed.GetValue(split));
            if (parsed.GetValue(videos) > 0 && parsed.GetValue(images) > 0)
            {
                throw new PralineException("Videos and images have files of the same names: write them to two folders.");
            }

            WriteImages(folder, part, parsed.GetValue(images));
            return Run(folder, part, parsed.GetValue(videos), parsed.GetValue(frames));
        });
        return command;
    }

    private static void WriteImages(string folder, SmallWorldSplit split, int images)
    {
        if (images == 0)
        {
            return;
        }

        ImageWorldData.WriteImages(folder, split, images);
        ImageWorldData.WriteQuestions(Path.Combine(folder, "questions.jsonl"), split, images, perImage: 2);
        ImageWorldData.WritePie(Path.Combine(folder, "pie.jsonl"), split, images, perImage: 2);
        ImageWorldData.WritePlain(Path.Combine(folder, "plain.jsonl"), split, images, perImage: 2);
        ImageWorldData.WriteGeneral(Path.Combine(folder, "general.json"), split, images, perImage: 2);
        if (split == SmallWorldSplit.Train)
        {
            ImageWorldData.WriteRows(Path.Combine(folder, "sft.jsonl"), split, images, SmallWorldGuides.From(GuideSet.Default), images: true);
        }

        Ui.Note($"{images} images: {Path.Combine(folder, "truth.jsonl")}");
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
