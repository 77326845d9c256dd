// Has any IChatClient judge two captions of a video as SynPO's ranking does: hallucination and harmony of each, consistency of both.
//
//     dotnet run -c Release --project samples/JudgeWithAnyClient -- models/small-captioner
//
// Expect a table of two rows. A model of some billion parameters scores the second caption lower; the shipped one knows shapes alone, and most of its judgements can't be read:
// they are unscored, never a number.
using Microsoft.Extensions.AI;
using Praline.Inference;
using Praline.Preferences;

// Here a local model; an OpenAI, Azure or Ollama client is one too.
using IChatClient client = PralineChatClient.Load(args[0]);
var judge = new LlmJudge(new ChatClientModel(client, "sample"), options: new LlmJudgeOptions { MaxTokens = 200 });
var scores = await judge.JudgeAsync(
    new JudgeCase
    {
        VideoName = "video",
        Question = "Describe the video.",
        ClipCaptions = ["A red circle moves to the right.", "The red circle disappears."],
        Candidates = ["A red circle moves to the right and disappears.", "A blue square falls, and a dog barks."],
    },
    CancellationToken.None);

string Show(IReadOnlyList<Judgement> judged, int i) => i < judged.Count && judged[i].Score is { } score ? $"{score,13}" : $"{"unscored",13}";
Console.WriteLine($"caption hallucination       harmony   consistency");
for (var i = 0; i < 2; i++)
{
    Console.WriteLine($"{i + 1,7} {Show(scores.Hallucination, i)} {Show(scores.Harmony, i)} {Show(scores.Consistency, i)}");
}
