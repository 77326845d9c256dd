using Praline.Preferences;

namespace Praline.Evaluation;

/// <summary>Self-imagination's check by a chat model with eyes; its verdict is read as PIE's judge's is.</summary>
/// <param name="model">The model; behind a store, so that no reply is paid for twice.</param>
/// <param name="guides">The text that the judge is asked.</param>
public sealed class ChatCriteriaCheck(IChatModel model, GuideSet guides) : ICriteriaCheck
{
    private const int Tries = 3;
    private const int MaxTokens = 1024;

    /// <inheritdoc/>
    public string Name => model.Name;

    /// <inheritdoc/>
    public async Task<bool?> FollowsAsync(string imagePath, EngagementGuide guide, string question, string response, CancellationToken cancellation)
    {
        var bytes = await File.ReadAllBytesAsync(imagePath, cancellation).ConfigureAwait(false);
        var image = new ReportImage(bytes, imagePath);
        List<ChatTurn> turns = [new("user", guides.Check(guide.Preferred, question, response), [new ChatImage(image.MediaType, bytes)])];
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            ChatAnswer reply;
            try
            {
                reply = await model.AskAsync(new ChatRequest { Turns = [.. turns], MaxTokens = MaxTokens }, cancellation).ConfigureAwait(false);
            }
            catch (ChatException)
            {
                // No verdict this time; the stage lists it, and --retry-failed asks again.
                return null;
            }

            switch (PieVerdictParser.Parse(reply.Text, allowsAmbiguous: false, reply.IsCutOff))
            {
                case PieVerdict.Scored { Flag: var flag }:
                    return flag == PieFlag.True;
                case PieVerdict.Unscored unread:
                    turns = [turns[0], new("assistant", reply.Text), new("user", PiePrompts.Default.Again(unread))];
                    break;
            }
        }

        return null;
    }
}
