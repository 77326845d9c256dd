using Praline.Preferences;

namespace Praline.Evaluation.Tests;

public sealed class ChatCriteriaCheckTests : IDisposable
{
    private readonly PieFolder _pie = new();

    public void Dispose() => _pie.Dispose();

    [Theory]
    [InlineData("It says so.\nFlag: True", true, 1)]
    [InlineData("**False**", false, 1)]
    [InlineData("Hard to say.|Hm.|Flag: False", false, 3)]
    [InlineData("Hard to say.|Hm.|Well.", null, 3)]
    [InlineData("Flag: Ambiguous|Flag: True", true, 2)]
    [InlineData("!", null, 1)]
    public async Task Replies_become_verdicts_after_three_tries_at_most(string replies, bool? expected, int asked)
    {
        var requests = new List<ChatRequest>();
        var model = new Model(request =>
        {
            requests.Add(request);
            return replies == "!" ? throw new ChatException("overloaded", transient: true) : replies.Split('|')[requests.Count - 1];
        });
        var guide = GuideSet.Default.Find("Unanswerable Questions")!;
        var verdict = await new ChatCriteriaCheck(model, GuideSet.Default).FollowsAsync(_pie.Images.Find("a")!, guide, "Who drew this?", "Nobody {{knows}}.", default);
        Assert.Equal((expected, asked), (verdict, requests.Count));
        Assert.Single(requests[0].Turns[0].Images!);
        Assert.All(new[] { "Who drew this?", "Nobody {{knows}}.", guide.Preferred }, text => Assert.Contains(text, requests[0].Turns[0].Text, StringComparison.Ordinal));
        Assert.DoesNotContain(guide.Rejected, requests[0].Turns[0].Text, StringComparison.Ordinal);
    }

    private sealed class Model(Func<ChatRequest, string> answer) : IChatModel
    {
        public string Name => "scripted";

        public Task<ChatAnswer> AskAsync(ChatRequest request, CancellationToken cancellation, Action<ChatAnswer>? received = null) =>
            Task.FromResult(new ChatAnswer { Text = answer(request), FinishReason = "stop", Raw = "" });
    }
}
