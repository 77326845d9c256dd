namespace Praline.Preferences.Tests;

/// <summary>Answers as real models give them; what is expected is what a careful reader would say the model meant.</summary>
public class ScoreAnswerTests
{
    [Theory]
    // Strict JSON.
    [InlineData("""{"score": 4}""", 4)]
    [InlineData("""{"reasoning": "No hallucination.", "score": 5}""", 5)]
    [InlineData("""{"score": 4.0}""", 4)]
    [InlineData("""{"score": 3.5}""", 3.5)]
    [InlineData("""{"score": "4"}""", 4)]
    [InlineData("""{"score": 0}""", 0)]
    [InlineData("""{"Score": 2}""", 2)]
    [InlineData("""{"final_score": 3}""", 3)]
    [InlineData("""{"rating": 3}""", 3)]
    [InlineData("""{"score": 4, "reasoning": "The score could be 5, but score: 3 is too low."}""", 4)]
    [InlineData("{\n  \"reasoning\": \"Line one.\\nLine two.\",\n  \"score\": 1\n}\n", 1)]
    // Around JSON.
    [InlineData("```json\n{\"score\": 4}\n```", 4)]
    [InlineData("```\n{'score': 4}\n```", 4)]
    [InlineData("""Here is my evaluation: {"score": 2} I hope this helps!""", 2)]
    [InlineData("""For example {"score": 1} would be too low. My answer: {"score": 4}""", 4)]
    [InlineData("""<think>The score should be 2. {"score": 2}</think>{"score": 4}""", 4)]
    [InlineData("""I think it is fine.</think> {"score": 3}""", 3)]
    // Python dictionaries and other near-JSON.
    [InlineData("{'score': 4}", 4)]
    [InlineData("{'reasoning': 'It is good.', 'score': 4}", 4)]
    [InlineData("{'reasoning': 'It's the dog's ball, isn't it', 'score': 2}", 2)]
    [InlineData("""{"reasoning": "He says "hello" to her", "score": 3}""", 3)]
    [InlineData("{'reasoning': \"The caption's entities match.\", 'score': 5}", 5)]
    [InlineData("""{"score": 4,}""", 4)]
    [InlineData("{score: 4}", 4)]
    [InlineData("""{"reasoning": "two""" + "\n" + """lines", "score": 3}""", 3)]
    [InlineData("""{"reasoning": "All is there.", "score": 4""", 4)]
    [InlineData("""{"reasoning": "missing comma" "score": 2}""", 2)]
    [InlineData("{'score': '4'}", 4)]
    [InlineData("{'score': four}", 4)]
    [InlineData("""{"score": "three"}""", 3)]
    [InlineData("""{"score": "4/5"}""", 4)]
    [InlineData("""{"score": "4 out of 5"}""", 4)]
    [InlineData("""{"score": "4 - mostly consistent"}""", 4)]
    // Without JSON.
    [InlineData("score: 4", 4)]
    [InlineData("Score: 4/5", 4)]
    [InlineData("'score': 4", 4)]
    [InlineData("**Score:** 4", 4)]
    [InlineData("**Score: 4**", 4)]
    [InlineData("Final score = 3", 3)]
    [InlineData("The score is 2.", 2)]
    [InlineData("I would give it a score of 3 because the dog is missing.", 3)]
    [InlineData("A score of 5 needs perfection; here two things are wrong. Score: 3", 3)]
    [InlineData("Score (0-5): 4", 4)]
    [InlineData("On a scale where the score is from 0 to 5, my score is four.", 4)]
    [InlineData("The caption is good. 4/5", 4)]
    [InlineData("4 out of 5", 4)]
    [InlineData("I rate it 4 out of 5, since 3 of 4 people are right.", 4)]
    [InlineData("4", 4)]
    [InlineData(" 4.\n", 4)]
    [InlineData("**4**", 4)]
    [InlineData("four", 4)]
    [InlineData("Rating: 2.5", 2.5)]
    [InlineData("score: 4.", 4)]
    public void Score_is_found(string answer, double expected) =>
        Assert.Equal(new ScoreReading(expected, null), ScoreAnswer.Read(answer, ScoreRange.Hallucination));

    [Theory]
    [InlineData("", "no answer")]
    [InlineData("   \n", "no answer")]
    [InlineData("<think>The score is 4, because", "no answer")]
    [InlineData("I'm sorry, but I can't help with that.", "no score")]
    [InlineData("The video shows 3 dogs and 2 cats.", "no score")]
    [InlineData("""{"score": null}""", "no score")]
    [InlineData("""{"score": true}""", "no score")]
    [InlineData("""{"score": "an integer from 0 to 5"}""", "no score")]
    [InlineData("""{"score": "0 to 5"}""", "no score")]
    [InlineData("""{"score": {"value": 4}}""", "no score")]
    [InlineData("""{"reasoning": "I see 4 dogs."}""", "no score")]
    [InlineData("Please give a score from 0 to 5.", "no score")]
    [InlineData("""{"score": 7}""", "The score 7 is not in the range 0 to 5")]
    [InlineData("""{"score": -1}""", "The score -1 is not in the range")]
    [InlineData("score: 10", "The score 10 is not in the range")]
    [InlineData("score: -2", "The score -2 is not in the range")]
    [InlineData("85%", "no score")]
    [InlineData("score: 85%", "no score")]
    [InlineData("8/10", "no score")]
    [InlineData("<html><body><h1>502 Bad Gateway</h1></body></html>", "no score")]
    public void No_score_is_made_up(string answer, string problem)
    {
        var reading = ScoreAnswer.Read(answer, ScoreRange.Hallucination);
        Assert.Null(reading.Value);
        Assert.Contains(problem, reading.Problem);
    }

    [Theory]
    [InlineData("""{"reasoning": "x", "the score of caption 1": 3, "the score of caption 2": 2, "the score of caption 3": 0}""", "3 2 0")]
    [InlineData("{'reasoning': 'x', 'the score of caption 1': 3, 'the score of caption 2': 2, 'the score of caption 3': 0}", "3 2 0")]
    [InlineData("```json\n{\"the score of caption 1\": 3, \"the score of caption 2\": 2, \"the score of caption 3\": 1}\n```", "3 2 1")]
    [InlineData("""{"caption 1": 3, "caption 2": "2", "caption 3": 1}""", "3 2 1")]
    [InlineData("""{"caption_1": 3, "caption_2": 2, "caption_3": 1}""", "3 2 1")]
    [InlineData("""{"1": 3, "2": 2, "3": 1}""", "3 2 1")]
    [InlineData("""{"score_1": 3, "score_2": 2, "score_3": 1}""", "3 2 1")]
    [InlineData("""{"Caption 1 score": 3, "Caption 2 score": 2, "Caption 3 score": 1}""", "3 2 1")]
    [InlineData("""{"scores": [3, 2, 1]}""", "3 2 1")]
    [InlineData("""{"scores": {"caption 1": 3, "caption 2": 2, "caption 3": 1}}""", "3 2 1")]
    [InlineData("""{"scores": [{"caption": 1, "score": 3}, {"caption": 2, "score": 2}, {"caption": 3, "score": 1}]}""", "3 2 1")]
    [InlineData("[3, 2, 1]", "3 2 1")]
    [InlineData("the score of caption 1: 3\nthe score of caption 2: 2\nthe score of caption 3: 1", "3 2 1")]
    [InlineData("**Caption 1**: 3\n**Caption 2**: 2\n**Caption 3**: 1", "3 2 1")]
    [InlineData("Caption 1 is 3, caption 2 is two, caption 3 gets 1", "3 2 1")]
    [InlineData("1. 3\n2. 2\n3. 1", "3 2 1")]
    [InlineData("{'reasoning': 'Caption 1: 2 dogs are there', 'the score of caption 1': 3, 'the score of caption 2': 2, 'the score of caption 3': 1}", "3 2 1")]
    [InlineData("""{"the score of caption 3": 1, "the score of caption 1": 3, "the score of caption 2": 2}""", "3 2 1")]
    // Incomplete, out of range, unreadable: the rest keeps its scores.
    [InlineData("""{"the score of caption 1": 3, "the score of caption 3": 1}""", "3 - 1")]
    [InlineData("""{"the score of caption 1": 3, "the score of caption 2": 4, "the score of caption 3": 1}""", "3 - 1")]
    [InlineData("""{"the score of caption 1": 3, "the score of caption 2": null, "the score of caption 3": 1}""", "3 - 1")]
    [InlineData("""{"reasoning": "cut", "the score of caption 1": 3, "the score of cap""", "3 - -")]
    [InlineData("""{"scores": [3, 2]}""", "- - -")]
    [InlineData("[3, 2]", "- - -")]
    [InlineData("1. 3\n2. 2", "- - -")]
    [InlineData("I can't judge these.", "- - -")]
    [InlineData("", "- - -")]
    public void Scores_are_found_one_by_one(string answer, string expected)
    {
        var readings = ScoresAnswer.Read(answer, 3, ScoreRange.Consistency);
        Assert.Equal(expected, string.Join(' ', readings.Select(r => r.Value?.ToString() ?? "-")));
        Assert.All(readings, r => Assert.True(r.Value is null != r.Problem is null));
    }
}
