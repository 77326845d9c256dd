using System.CommandLine;
using Praline.Preferences;

namespace Praline.Cli.Commands;

/// <summary><c>praline clips</c>, <c>caption-clips</c>, <c>candidates</c>, <c>rank</c>, and <c>build</c>, which is all four.</summary>
internal static class BuildCommands
{
    public static IEnumerable<Command> Create()
    {
        yield return Clips();
        yield return CaptionClips();
        yield return Candidates();
        yield return Rank();
        yield return Build();
    }

    private static Command Clips()
    {
        var options = new BuildOptions();
        var command = options.AddTo(new Command("clips", "Step 1: cut each video into clips (clips.jsonl)."), usesModel: false, options.ForClips);
        command.SetAction(async (parsed, cancellation) =>
        {
            var folder = parsed.GetValue(options.Videos)!;
            var files = Files(options, parsed);
            return StageView.Print([await options.ClipStage(parsed).RunAsync(folder, VideoFolder.Scan(folder), files.Clips, options.RunOptions(parsed), cancellation)]);
        });
        return command;
    }

    private static Command CaptionClips()
    {
        var options = new BuildOptions();
        var command = options.AddTo(
            new Command("caption-clips", "Step 2: caption every clip, then again with the first caption in view (short_generation.jsonl)."),
            usesModel: true, options.ForCaptions);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var model = CaptionerHandle.Open(options.Model, parsed);
            var files = Files(options, parsed);
            return StageView.Print([await options.CaptionClipsStage(parsed, model.Captioner).RunAsync(
                parsed.GetValue(options.Videos)!, files.Clips, files.ShortGeneration, options.RunOptions(parsed), cancellation)]);
        });
        return command;
    }

    private static Command Candidates()
    {
        var options = new BuildOptions();
        var command = options.AddTo(
            new Command("candidates", "Step 3: sample candidate captions of every whole video (long_generation.jsonl)."),
            usesModel: true, options.ForCandidates);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var model = CaptionerHandle.Open(options.Model, parsed);
            var files = Files(options, parsed);
            return StageView.Print([await options.CandidatesStage(parsed, model.Captioner).RunAsync(
                parsed.GetValue(options.Videos)!, files.Clips, files.LongGeneration, options.RunOptions(parsed), cancellation)]);
        });
        return command;
    }

    private static Command Rank()
    {
        var options = new BuildOptions();
        var command = options.AddTo(
            new Command("rank", "Step 4: have a judge score the candidates, and rank them into pairs (scores.jsonl, pairs.jsonl)."),
            usesModel: false, options.ForRank);
        command.SetAction(async (parsed, cancellation) =>
        {
            var files = Files(options, parsed);
            using var judge = JudgeHandle.Open(parsed.GetValue(options.Judge)!, files, options.PromptsOf(parsed));
            var run = options.RunOptions(parsed);
            var judged = await new JudgeStage(judge.Judge).RunAsync(
                parsed.GetValue(options.Videos)!, files.ShortGeneration, files.LongGeneration, files.Scores,
                run with { MaxConcurrency = judge.Concurrency }, cancellation);
            return StageView.Print([judged, await options.RankStage(parsed).RunAsync(files.LongGeneration, files.Scores, files.Pairs, run, cancellation)]);
        });
        return command;
    }

    private static Command Build()
    {
        var options = new BuildOptions();
        var command = options.AddTo(
            new Command("build", "All four steps: from a folder of videos to preference pairs. Stop it at any moment; run again, it goes on."),
            usesModel: true, options.ForClips, options.ForCaptions, options.ForCandidates, options.ForRank);
        command.SetAction(async (parsed, cancellation) =>
        {
            var folder = parsed.GetValue(options.Videos)!;
            var videos = VideoFolder.Scan(folder);
            var files = Files(options, parsed);
            using var model = CaptionerHandle.Open(options.Model, parsed);
            using var judge = JudgeHandle.Open(parsed.GetValue(options.Judge)!, files, options.PromptsOf(parsed));
            var builder = new PreferenceBuilder
            {
                Clips = options.ClipStage(parsed),
                CaptionClips = options.CaptionClipsStage(parsed, model.Captioner),
                Candidates = options.CandidatesStage(parsed, model.Captioner),
                Judge = new JudgeStage(judge.Judge),
                Rank = options.RankStage(parsed),
            };
            return StageView.Print(await builder.RunAsync(folder, videos, files.Folder, options.RunOptions(parsed), judge.Concurrency, cancellation));
        });
        return command;
    }

    private static DataFiles Files(BuildOptions options, ParseResult parsed)
    {
        Directory.CreateDirectory(parsed.GetValue(options.Output)!);
        return new DataFiles(parsed.GetValue(options.Output)!);
    }
}
