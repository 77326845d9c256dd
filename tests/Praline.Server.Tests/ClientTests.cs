using System.ClientModel;
using System.ClientModel.Primitives;
using System.Diagnostics;
using System.Text.Json;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Responses;
using Praline.Testing;

namespace Praline.Server.Tests;

/// <summary>Programs that others wrote: the official OpenAI clients for .NET and JavaScript, and curl.</summary>
public sealed class ClientTests(ServedTiny served) : IClassFixture<ServedTiny>
{
    private const string Version = "6.49.0";

    private OpenAIClientOptions Options => new() { Endpoint = new Uri(served.Address, "v1"), RetryPolicy = new ClientRetryPolicy(0) };

    [Fact]
    public async Task The_dotnet_client_chats_sees_streams_and_reads_json()
    {
        var client = new ChatClient("tiny", new ApiKeyCredential("unused"), Options);
        var image = BinaryData.FromBytes(await File.ReadAllBytesAsync(Path.Combine(served.Media, "i1.png")));
        ChatMessage[] messages =
        [
            new SystemChatMessage("Be short."),
            new UserChatMessage(ChatMessageContentPart.CreateImagePart(image, "image/png"), ChatMessageContentPart.CreateTextPart("What is it?")),
        ];
#pragma warning disable OPENAI001 // a seed is said to be experimental
        var options = new ChatCompletionOptions { Seed = 11, MaxOutputTokenCount = 25, IncludeLogProbabilities = true, TopLogProbabilityCount = 2 };
#pragma warning restore OPENAI001
        ChatCompletion whole = await client.CompleteChatAsync(messages, options);
        Assert.Equal(ChatMessageRole.Assistant, whole.Role);
        Assert.Equal(whole.Usage.OutputTokenCount - (whole.FinishReason == ChatFinishReason.Stop ? 1 : 0), whole.ContentTokenLogProbabilities.Count);
        Assert.All(whole.ContentTokenLogProbabilities, t => Assert.Equal(2, t.TopLogProbabilities.Count));

        var (text, finishes, usage, role) = ("", new List<ChatFinishReason>(), (ChatTokenUsage?)null, (ChatMessageRole?)null);
        await foreach (var update in client.CompleteChatStreamingAsync(messages, options))
        {
            text += string.Concat(update.ContentUpdate.Select(part => part.Text));
            role ??= update.Role;
            usage = update.Usage ?? usage;
            if (update.FinishReason is { } finish)
            {
                finishes.Add(finish);
            }
        }

        Assert.Equal(whole.Content[0].Text, text);
        Assert.Equal(whole.FinishReason, Assert.Single(finishes));
        Assert.Equal((ChatMessageRole.Assistant, whole.Usage.OutputTokenCount), (role, usage!.OutputTokenCount));
        Assert.True(usage.InputTokenDetails.CachedTokenCount > 0);

        ChatCompletion structured = await client.CompleteChatAsync(
            [new UserChatMessage("Is it red?")],
            new ChatCompletionOptions
            {
                ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat(
                    "colour", BinaryData.FromString("""{"type":"object","properties":{"red":{"type":"boolean"}},"required":["red"],"additionalProperties":false}"""), jsonSchemaIsStrict: true),
            });
        Assert.Contains(JsonDocument.Parse(structured.Content[0].Text).RootElement.GetProperty("red").ValueKind, new[] { JsonValueKind.True, JsonValueKind.False });

        var error = await Assert.ThrowsAsync<ClientResultException>(() => new ChatClient("other", new ApiKeyCredential("unused"), Options).CompleteChatAsync("Hello"));
        Assert.Equal(404, error.Status);
        Assert.Contains("model_not_found", error.Message);
    }

#pragma warning disable OPENAI001 // the responses client is said to be experimental
    [Fact]
    public async Task The_dotnet_client_gets_responses()
    {
        var client = new OpenAIClient(new ApiKeyCredential("unused"), Options).GetResponsesClient();
        var options = new CreateResponseOptions("tiny", [ResponseItem.CreateUserMessageItem("Hello")]) { MaxOutputTokenCount = 12, Temperature = 0 };
        ResponseResult whole = await client.CreateResponseAsync(options);
        Assert.Equal(12, whole.Usage.OutputTokenCount);
        Assert.Equal(ResponseStatus.Incomplete, whole.Status);
        var text = "";
        options.StreamingEnabled = true;
        await foreach (var update in await client.CreateResponseStreamingAsync(options))
        {
            text += update is StreamingResponseOutputTextDeltaUpdate delta ? delta.Delta : "";
        }

        Assert.Equal(whole.GetOutputText(), text);
    }
#pragma warning restore OPENAI001

    [Fact]
    public async Task The_javascript_client_does_all_it_can()
    {
        var folder = Path.Combine(Golden.RepositoryRoot, "artifacts", "openai-npm");
        Directory.CreateDirectory(folder);
        if (!File.Exists(Path.Combine(folder, "node_modules", "openai", "package.json")))
        {
            var (code, output) = await RunAsync("npm", folder, "install", $"openai@{Version}", "--no-audit", "--no-fund", "--silent");
            Assert.SkipWhen(code != 0, $"npm install openai@{Version} does not work here: {output.Trim()}");
        }

        File.Copy(Path.Combine(Golden.RepositoryRoot, "tests", "Praline.Server.Tests", "node", "client.mjs"), Path.Combine(folder, "client.mjs"), overwrite: true);
        var (exit, text) = await RunAsync("node", folder, "client.mjs", new Uri(served.Address, "v1").ToString(), Path.Combine(served.Media, "i1.png"));
        Assert.True(exit == 0, text);
        Assert.EndsWith("all well\n", text);
    }

    [Fact]
    public async Task Curl_asks_and_follows_a_stream()
    {
        const string Body = """{"model":"tiny","temperature":0,"max_tokens":10,"messages":[{"role":"user","content":"Hello"}]""";
        var address = new Uri(served.Address, "v1/chat/completions").ToString();
        var (code, text) = await RunAsync("curl", ".", "-sS", "--fail-with-body", "--json", Body + "}", address);
        Assert.SkipWhen(code == -1, "There is no curl.");
        Assert.True(code == 0, text);
        var answer = JsonDocument.Parse(text).RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();
        (code, text) = await RunAsync("curl", ".", "-sSN", "--json", Body + ",\"stream\":true}", address);
        Assert.EndsWith("data: [DONE]\n\n", text);
        var pieces = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).SkipLast(1)
            .Select(e => JsonDocument.Parse(e["data: ".Length..]).RootElement.GetProperty("choices")[0].GetProperty("delta"))
            .Select(d => d.TryGetProperty("content", out var content) ? content.GetString() : "");
        Assert.Equal((0, answer), (code, string.Concat(pieces)));
        (code, text) = await RunAsync("curl", ".", "-sS", "--fail-with-body", "--json", "{\"model\":", address);
        Assert.Equal((22, "invalid_json"), (code, JsonDocument.Parse(text[..(text.LastIndexOf('}') + 1)]).RootElement.GetProperty("error").GetProperty("code").GetString()));
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, string folder, params string[] arguments)
    {
        Process? process;
        try
        {
            process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder });
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            return (-1, error.Message);
        }

        using (process)
        {
            var error = process!.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return (process.ExitCode, output + await error);
        }
    }
}
