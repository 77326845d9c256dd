using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Praline.Preferences.Tests;

/// <summary>Any chat client judges: what it is asked, and what becomes of its answers.</summary>
public sealed class ChatClientModelTests
{
    [Fact]
    public async Task A_chat_client_is_asked_as_an_endpoint_is_and_its_scores_count()
    {
        using var client = new Client((messages, options) =>
        {
            Assert.Equal(["system", "user"], messages.Select(m => m.Role.Value).Take(2));
            Assert.IsType<ChatResponseFormatJson>(options!.ResponseFormat);
            Assert.Equal(0f, options.Temperature);
            return messages.Last().Text.Contains("dog", StringComparison.Ordinal) ? "no score at all" : """{"reasoning":"It fits.","score":4}""";
        });
        var judge = new LlmJudge(new ChatClientModel(client, "any"), options: new LlmJudgeOptions { Attempts = 1 });
        var scores = await judge.JudgeAsync(
            new JudgeCase { VideoName = "v", Question = "What?", ClipCaptions = ["A circle."], Candidates = ["A circle moves.", "A dog barks."] }, CancellationToken.None);
        Assert.Equal("any", scores.Judge);
        Assert.Equal([4.0, null], scores.Hallucination.Select(j => j.Score));
        Assert.IsType<Judgement.Unscored>(scores.Harmony[1]);
    }

    [Fact]
    public async Task Images_limits_and_costs_go_through()
    {
        using var client = new Client((messages, options) =>
        {
            Assert.Equal(77, options!.MaxOutputTokens);
            Assert.Equal("image/png", Assert.Single(messages.Single().Contents.OfType<DataContent>()).MediaType);
            return "Yes.";
        });
        var answer = await new ChatClientModel(client, "any").AskAsync(
            new ChatRequest { Turns = [new ChatTurn("user", "Is it red?", [new ChatImage("image/png", new byte[] { 1, 2 })])], MaxTokens = 77 }, CancellationToken.None);
        Assert.Equal(("Yes.", "length", 5, 2), (answer.Text, answer.FinishReason, answer.PromptTokens, answer.CompletionTokens));
        Assert.True(answer.IsCutOff);
    }

    private sealed class Client(Func<IReadOnlyList<ChatMessage>, Microsoft.Extensions.AI.ChatOptions?, string> answer) : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, Microsoft.Extensions.AI.ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, answer([.. messages], options)))
            {
                FinishReason = options?.MaxOutputTokens == 77 ? ChatFinishReason.Length : ChatFinishReason.Stop,
                Usage = new UsageDetails { InputTokenCount = 5, OutputTokenCount = 2 },
            });

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, Microsoft.Extensions.AI.ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            foreach (var update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
            {
                yield return update;
            }
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
