using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Praline.Models.Generation;
using Praline.Testing;

namespace Praline.Inference.Tests;

/// <summary>A model as <see cref="IChatClient"/>: what it answers is what the model answers, what it can't do it refuses.</summary>
public sealed class PralineChatClientTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public PralineChatClientTests()
    {
        using var model = TinyCaptioner.Model(_folder["made"]);
        model.Save(_folder["tiny"]);
        TinyCaptioner.Videos(_folder["videos"], 2);
    }

    public void Dispose() => _folder.Dispose();

    private string Video => _folder["videos", "v1.mp4"];

    [Fact]
    public async Task Answers_are_the_models_whole_and_streamed()
    {
        using var server = ModelServer.Load(_folder["tiny"]);
        using var client = new PralineChatClient(server);
        var expected = await server.AnswerAsync(new InferenceRequest
        {
            Messages = [new("system", "Be short."), new("user", MediaInput.Video(Video), "What?")],
            Options = new GenerationOptions { DoSample = true, Temperature = 0.5, MaxNewTokens = 20, StopStrings = ["e"] },
            Seeds = [5],
        });
        var options = new ChatOptions { Instructions = "Be short.", Temperature = 0.5f, MaxOutputTokens = 20, StopSequences = ["e"], Seed = 5 };
        foreach (var content in new AIContent[] { new UriContent(new Uri(Video), "video/mp4"), new DataContent(await File.ReadAllBytesAsync(Video), "video/mp4") })
        {
            ChatMessage[] messages = [new(ChatRole.User, [content, new TextContent("What?")])];
            var whole = await client.GetResponseAsync(messages, options);
            Assert.Equal(expected.Answers[0].Text, whole.Text);
            Assert.Equal((expected.Usage.PromptTokens, expected.Usage.CompletionTokens), ((int)whole.Usage!.InputTokenCount!, (int)whole.Usage.OutputTokenCount!));
            Assert.Equal(expected.Answers[0].Reason == FinishReason.MaxTokens ? ChatFinishReason.Length : ChatFinishReason.Stop, whole.FinishReason);
            var text = "";
            await foreach (var update in client.GetStreamingResponseAsync(messages, options))
            {
                text += update.Text;
            }

            Assert.Equal(whole.Text, text);
        }

        Assert.Equal(1, server.EncodedMedia);
    }

    [Fact]
    public async Task Json_schemas_hold_and_a_container_gives_the_client()
    {
        await using var services = new ServiceCollection().AddPralineChatClient(_folder["tiny"]).BuildServiceProvider();
        var client = services.GetRequiredService<IChatClient>();
        Assert.Equal("tiny", client.GetService<ChatClientMetadata>()!.DefaultModelId);
        Assert.NotNull(client.GetService<ModelServer>());
        var schema = JsonDocument.Parse("""{"type":"object","properties":{"red":{"type":"boolean"}},"required":["red"],"additionalProperties":false}""").RootElement;
        var answer = await client.GetResponseAsync("Is it red?", new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema) });
        Assert.Contains(JsonDocument.Parse(answer.Text).RootElement.GetProperty("red").ValueKind, new[] { JsonValueKind.True, JsonValueKind.False });
    }

    [Fact]
    public async Task What_it_cannot_do_is_refused_by_name()
    {
        using var client = PralineChatClient.Load(_folder["tiny"]);
        async Task Refused(string part, ChatOptions options, AIContent? content = null)
        {
            var error = await Assert.ThrowsAsync<InvalidRequestException>(() => client.GetResponseAsync([new(ChatRole.User, [content ?? new TextContent("Hello")])], options));
            Assert.Equal(part, error.Parameter);
        }

        await Refused("Tools", new ChatOptions { Tools = [AIFunctionFactory.Create(() => 1, "one")] });
        await Refused("ConversationId", new ChatOptions { ConversationId = "a" });
        await Refused("Reasoning", new ChatOptions { Reasoning = new ReasoningOptions() });
        await Refused("AdditionalProperties", new ChatOptions { AdditionalProperties = new() { ["mirostat"] = 1 } });
        await Refused("model", new ChatOptions { ModelId = "other" });
        await Refused("messages", new ChatOptions(), new UriContent(new Uri("https://example.org/a.png"), "image/png"));
        await Refused("messages", new ChatOptions(), new DataContent(new byte[] { 1 }, "audio/wav"));
        Assert.Equal(0, client.Server.OpenRequests);
    }
}
