using Praline.Json;
using System.Text.Json;

namespace Praline.Preferences;

/// <summary>The papers' own rows (see <see cref="PairRow"/>).</summary>
internal sealed class SynpoCodec : IPreferenceCodec
{
    public PreferenceFormat Format => PreferenceFormat.Synpo;

    public string Name => "synpo";

    public bool Recognises(JsonRow row) => row.Has("pos_pre") || row.Has("neg_pre");

    public PreferenceSample Read(JsonRow row) => new()
    {
        Place = row.Place,
        Prompt = [new ChatTurn("user", row.Text("question"))],
        Chosen = row.Text("pos_pre"),
        Rejected = row.Text("neg_pre"),
        Videos = [row.OptionalText("video") ?? row.Text("video_name")],
        ChosenScore = row.OptionalNumber("pos_score"),
        RejectedScore = row.OptionalNumber("neg_score"),
    };

    public void Write(Utf8JsonWriter writer, PreferenceSample sample)
    {
        if (sample.Prompt is not [{ Role: "user" } question] || sample is not { Videos: [var video], Images: [] })
        {
            throw new PralineException(
                $"{sample.Place}: synpo rows hold one question about one video; this one has {sample.Prompt.Count} messages, {sample.Videos.Count} videos " +
                $"and {sample.Images.Count} images. Use trl-conversational.");
        }

        if (sample is not { ChosenScore: { } chosen, RejectedScore: { } rejected })
        {
            throw new PralineException(
                $"{sample.Place}: synpo rows hold scores, and training keeps only pairs whose scores are far enough apart; this one has none. " +
                "Use trl or trl-conversational, or say with --assume-gap how far apart the answers are to be taken.");
        }

        // A sample has no number of its own: SynPO's idx is the place in the file, which the writer does not know; the video names the row.
        writer.WriteString("video_name", Path.ChangeExtension(video, null));
        writer.WriteString("question", question.Text.Replace("<video>", "").Trim());
        writer.WriteString("answer", "");
        writer.WriteStrings("long_answers", [sample.Chosen, sample.Rejected]);
        writer.WriteString("video", video);
        writer.WriteString("pos_pre", sample.Chosen);
        writer.WriteNumber("pos_score", chosen);
        writer.WriteString("neg_pre", sample.Rejected);
        writer.WriteNumber("neg_score", rejected);
        foreach (var scores in new[] { "hallu_scores", "harmo_scores", "consi_scores" })
        {
            writer.WriteScores(scores, [null, null]);
        }
    }
}
