namespace Praline.SmallWorld;

/// <summary>Writes the rows of one scene. Each row has a random stream of its own, so options for one kind change no other.</summary>
internal sealed class SftRowWriter(Scene scene, string name, string? video, CaptionPrompts prompts, SmallWorldDataOptions options)
{
    public IReadOnlyList<SftRow> Write()
    {
        var rows = new List<SftRow>();
        var whole = scene.Facts().Story;
        for (var i = 0; i < options.FullRows; i++)
        {
            var random = Stream($"full{i}");
            rows.Add(Row($"full{i}", "full", null, prompts.Full, Caption(whole, options.FullStyles.Pick(random), random)));
        }

        var clips = Stream("clips").Shuffled(scene.Clips(options.ClipSeconds));
        for (var i = 0; i < Math.Min(options.ClipRows, clips.Count); i++)
        {
            var answer = Caption(StoryOf(clips[i]), CaptionStyle.Careful, Stream($"clip{i}"));
            rows.Add(Row($"clip{i}", "clip", clips[i], prompts.Clip, answer));
        }

        for (var i = 0; i < Math.Min(options.TrackRows, clips.Count); i++)
        {
            rows.Add(Row($"track{i}", "track", clips[^(i + 1)], Tracks.Question, Tracks.Of(scene, clips[^(i + 1)])));
        }

        for (var i = 0; i < options.RetrospectiveRows; i++)
        {
            var random = Stream($"retrospective{i}");
            var style = options.DraftStyles.Pick(random);
            var draft = Caption(whole, style, random);
            var answer = style == CaptionStyle.Careful
                ? draft
                : Caption(whole, options.RetrospectiveStyles.Pick(random), random);
            rows.Add(Row($"retrospective{i}", "retrospective", null, prompts.WithDraft(draft, clip: false), answer, draft));
        }

        for (var i = 0; i < options.RetrospectiveClipRows; i++)
        {
            // From the other end, so that a clip's plain caption and its improved one are rarely both seen.
            var clip = clips[^((i % clips.Count) + 1)];
            var random = Stream($"retrospective_clip{i}");
            var right = random.Chance(options.RightClipDraftShare);
            var draft = Caption(StoryOf(clip), right ? CaptionStyle.Careful : CaptionStyle.Careless, random);
            var answer = right ? draft : Caption(StoryOf(clip), CaptionStyle.Careful, random);
            var question = prompts.WithDraft(draft, clip: true);
            rows.Add(Row($"retrospective_clip{i}", "retrospective_clip", clip, question, answer, draft));
        }

        return rows;
    }

    private WorldRandom Stream(string purpose) => WorldRandom.Derive(scene.Seed, $"rows/{purpose}");

    private Story StoryOf((int Start, int End) clip) => scene.Facts(clip.Start, clip.End).Story;

    private string Caption(Story truth, CaptionStyle style, WorldRandom random)
    {
        var filler = style == CaptionStyle.Careless && random.Chance(options.Annotators.FillerShare) ? random.Pick(Phrases.Fillers) : null;
        return CaptionWriter.Write(Annotator.Tell(truth, style, random, options.Annotators), random, filler: filler);
    }

    private SftRow Row(string id, string kind, (int Start, int End)? clip, string question, string answer, string? draft = null) =>
        new($"{name}/{id}", kind, video, scene.Seed, clip is { } c ? [c.Start, c.End] : null, question, answer, draft);
}
