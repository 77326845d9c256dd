using System.Text;
using Praline.Testing;

namespace Praline.Preferences.Tests;

/// <summary>Damages what endpoints answer at random, the same way every time: each is an answer, or a reason why it is none.</summary>
public sealed class AnswerFuzzTests
{
    private static readonly byte[][] Seeds =
    [
        Encoding.UTF8.GetBytes(FakeReply.Says("""{"score": 4, "reasoning": "a \u00e9\ud83d\ude00"}""").Body),
        """{"choices": [{"finish_reason": "length", "message": {"content": [{"type": "text", "text": "4\ud83d\ude00"}], "refusal": null}}], "usage": {"prompt_tokens": 1e3}}"""u8.ToArray(),
        """{"error": {"message": "Provider returned error", "code": 502, "type": "x"}}"""u8.ToArray(),
        """{"error": "overloaded"}"""u8.ToArray(),
        "data: {\"choices\": [{\"delta\": {\"content\": \"4\"}}]}\n\ndata: [DONE]\n\n"u8.ToArray(),
        "<!doctype html><p>Sign in</p>"u8.ToArray(),
    ];

    [Fact]
    public void Damaged_answers_never_crash()
    {
        int[] statuses = [200, 200, 200, 200, 302, 400, 401, 404, 429, 500];
        for (var round = 0; round < Mutation.Rounds(30_000); round++)
        {
            var random = new Random(round);
            var text = Encoding.UTF8.GetString(Mutation.Apply(Seeds[random.Next(Seeds.Length)], Seeds[random.Next(Seeds.Length)], random));
            var header = random.Next(3) switch { 0 => null, 1 => "1e999", _ => text[..Math.Min(20, text.Length)] };
            var error = Record.Exception(() =>
            {
                var reply = ChatReply.Read(statuses[random.Next(statuses.Length)], text, _ => header);
                Assert.True(reply.Answer is not null || reply.Problem.Length > 0);
                _ = ScoreAnswer.Read(reply.Answer?.Text ?? "", ScoreRange.Harmony);
            });
            Assert.True(error is null, $"round {round}: {error}\n{text}");
        }
    }
}
