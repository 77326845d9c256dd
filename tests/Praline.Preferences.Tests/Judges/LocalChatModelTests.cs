using Praline.Models.Multimodal;
using Praline.Testing;

namespace Praline.Preferences.Tests;

/// <summary>A checkpoint that judges: the one that ships, which can't judge, but answers.</summary>
public sealed class LocalChatModelTests : IDisposable
{
    private static readonly string Shipped = Path.Combine(Golden.RepositoryRoot, "models", "small-captioner");
    private static readonly ChatRequest Question = new() { Turns = [new("system", "Be fair."), new("user", "What is in the scene?")], MaxTokens = 12 };

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Answers_the_same_alone_and_beside_others_and_names_its_weights()
    {
        using var model = new LocalChatModel(Shipped);
        Assert.StartsWith("small-captioner ", model.Name);
        var alone = await model.AskAsync(Question, default);
        Assert.True(alone is { Text.Length: > 0, PromptTokens: > 5 } && alone.CompletionTokens <= 12 && alone.FinishReason is "length" or "stop");
        var together = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => model.AskAsync(i == 2 ? Question : Question with { Turns = [new("user", $"{i}?")] }, default)));
        Assert.Equal(alone.Text, together[2].Text);
    }

    [Fact]
    public async Task Sees_frames_where_it_can()
    {
        using var model = new LocalChatModel(Shipped);
        TinyCaptioner.Videos(_folder["videos"], 1);
        var frames = await new MediaFrameSource().FramesAsync(_folder["videos", "v0.mp4"], null, 2, default);
        var seen = await model.AskAsync(new ChatRequest { Turns = [new("user", "What?", frames)], MaxTokens = 4 }, default);
        var blind = await model.AskAsync(new ChatRequest { Turns = [new("user", "What?")], MaxTokens = 4 }, default);
        Assert.True(seen.PromptTokens > blind.PromptTokens + 2, $"{seen.PromptTokens} {blind.PromptTokens}");
    }

    [Fact]
    public async Task Language_model_judges_and_is_asked_nothing_twice()
    {
        // The language model alone: the same files without the vision tower's folders.
        Directory.CreateDirectory(_folder["language"]);
        foreach (var file in Directory.GetFiles(Shipped))
        {
            File.Copy(file, _folder["language", Path.GetFileName(file)]);
        }

        var video = new JudgeCase { VideoName = "v", Question = "What?", ClipCaptions = ["A red circle moves."], Candidates = ["A red circle.", "A dog."] };
        using var store = new JudgeStore(_folder["judgements.sqlite"]);
        using var model = new LocalChatModel(_folder["language"]);
        var stored = new StoredChatModel(model, store);
        var judge = new LlmJudge(stored, options: new LlmJudgeOptions { Attempts = 1, MaxTokens = 8, MaxTokensShort = 8 });
        var first = await judge.JudgeAsync(video, default);
        Assert.Equal((2 * 2) + 1, store.Count);
        Assert.All(first.Aspects, a => Assert.All(a.Judgements, j => Assert.True(j is Judgement.Unscored || j.Score is >= 0 and <= 5)));

        var second = await judge.JudgeAsync(video, default);
        Assert.Equal((2 * 2) + 1, stored.Reused);
        Assert.Equal(first.Hallucination, second.Hallucination);
        await Assert.ThrowsAsync<PralineException>(() => model.AskAsync(
            new ChatRequest { Turns = [new("user", "?", [new ChatImage("image/png", new byte[] { 1 })])], MaxTokens = 1 }, default));
    }

    [Fact]
    public async Task Question_that_is_too_long_gets_no_answer()
    {
        using var model = new LocalChatModel(Shipped);
        var error = await Assert.ThrowsAsync<ChatException>(() =>
            model.AskAsync(new ChatRequest { Turns = [new("user", new string('x', 100_000))], MaxTokens = 4 }, default));
        Assert.False(error.Transient);
    }
}
