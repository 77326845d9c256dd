using System.Text.RegularExpressions;

namespace Praline.Preferences.Tests;

/// <summary>What a well-behaved judge behind the fake endpoint says: scores that depend on the question alone.</summary>
internal static partial class JudgeAnswers
{
    public static FakeReply Sensible(FakeRequest request)
    {
        var question = request.LastMessage;
        var captions = Caption().Matches(question);
        if (captions.Count > 0)
        {
            var scores = captions.Select((m, i) => $"'the score of caption {m.Groups[1].Value}': {Hash(question + i) % 4}");
            return FakeReply.Says($"{{'reasoning': 'It's close.', {string.Join(", ", scores)}}}");
        }

        return FakeReply.Says($"{{\"reasoning\": \"fine\", \"score\": {Hash(question) % 6}}}");
    }

    private static int Hash(string text) => StageFingerprint.Hash(System.Text.Encoding.UTF8.GetBytes(text))[..6].Aggregate(7, (h, c) => (h * 31 + c) & 0xFFFFFF);

    [GeneratedRegex(@"^Caption (\d+):", RegexOptions.Multiline)]
    private static partial Regex Caption();
}
