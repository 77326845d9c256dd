// Asks a local model about a video and writes the answer as it comes; then once more as JSON of a given form.
//
//     dotnet run -c Release --project samples/AskAboutAVideo -- models/small-captioner out/world/videos/train-000000.mp4
//
// Expect a caption of the video's shapes, and a line such as {"moves":true,"colour":"red"} (the shipped model is small: its JSON is well-formed, not well-advised).
using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Praline.Inference;

await using var services = new ServiceCollection().AddPralineChatClient(args[0]).BuildServiceProvider();
var client = services.GetRequiredService<IChatClient>();
var video = new UriContent(new Uri(Path.GetFullPath(args[1])), "video/mp4");

ChatMessage[] question = [new(ChatRole.User, [video, new TextContent("Describe the video in detail.")])];
await foreach (var update in client.GetStreamingResponseAsync(question, new ChatOptions { Temperature = 0, MaxOutputTokens = 80 }))
{
    Console.Write(update.Text);
}

var form = JsonDocument.Parse("""{"type":"object","properties":{"moves":{"type":"boolean"},"colour":{"enum":["red","green","blue"]}},"required":["moves","colour"]}""");
var answer = await client.GetResponseAsync(
    [new(ChatRole.User, [video, new TextContent("Does it move, and which colour has it?")])],
    new ChatOptions { Seed = 1, ResponseFormat = ChatResponseFormat.ForJsonSchema(form.RootElement) });
Console.WriteLine($"\n{answer.Text}\n{answer.Usage!.CachedInputTokenCount} of {answer.Usage.InputTokenCount} prompt tokens were known from the first question.");
