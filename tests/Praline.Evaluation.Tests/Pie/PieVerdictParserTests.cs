namespace Praline.Evaluation.Tests;

/// <summary>
/// Answers as judges write them, each with the verdict that a person reads in it. "-" is unscored. The second column says whether the
/// question's type has Ambiguous (3 flags) or not (2 flags).
/// </summary>
public class PieVerdictParserTests
{
    [Theory]

    // The form that was asked for.
    [InlineData("Explanation: The reply points out that there is no dog. \n Flag: True", 2, "True")]
    [InlineData("Explanation: It describes the dog that isn't there.\nFlag: False", 2, "False")]
    [InlineData("Explanation: It answers for each of the cars.\nFlag: Ambiguous", 3, "Ambiguous")]
    [InlineData("Explanation: ...\r\n\r\nFlag: True\r\n", 2, "True")]
    [InlineData("Explanation: it asks which car is meant. Flag: True", 3, "True")]

    // The flag alone.
    [InlineData("True", 2, "True")]
    [InlineData("True.", 2, "True")]
    [InlineData("true", 2, "True")]
    [InlineData("TRUE", 2, "True")]
    [InlineData("**True**", 2, "True")]
    [InlineData("*False*.", 2, "False")]
    [InlineData("\"False\"", 2, "False")]
    [InlineData("`Ambiguous`", 3, "Ambiguous")]
    [InlineData("  false \n", 2, "False")]
    [InlineData("(True)", 2, "True")]
    [InlineData("True!", 2, "True")]

    // Labels in all their spellings.
    [InlineData("Flag: Ambiguous", 3, "Ambiguous")]
    [InlineData("Flag:True", 2, "True")]
    [InlineData("flag : false", 2, "False")]
    [InlineData("FLAG: TRUE", 2, "True")]
    [InlineData("**Flag:** True", 2, "True")]
    [InlineData("**Flag**: **False**.", 2, "False")]
    [InlineData("**Flag: Ambiguous**", 3, "Ambiguous")]
    [InlineData("### Flag\nTrue", 2, "True")]
    [InlineData("## Explanation\nIt corrects the user.\n\n## Flag:\n\n**True**", 2, "True")]
    [InlineData("Flag：True", 2, "True")]
    [InlineData("Flag - False", 2, "False")]
    [InlineData("Flag => True", 2, "True")]
    [InlineData("Flag is False", 2, "False")]
    [InlineData("Flagged: True", 2, "True")]
    [InlineData("Flag: [True]", 2, "True")]
    [InlineData("Flag: 'False'", 2, "False")]
    [InlineData("Flag: \"Ambiguous\".", 3, "Ambiguous")]
    [InlineData("Flag: `True`", 2, "True")]
    [InlineData("- Explanation: fine\n- Flag: True", 2, "True")]
    [InlineData("{\"explanation\": \"It asks back.\", \"flag\": \"True\"}", 2, "True")]
    [InlineData("```json\n{\"Explanation\": \"It guesses.\", \"Flag\": false}\n```", 2, "False")]
    [InlineData("Verdict: False", 2, "False")]
    [InlineData("The reply does what it should.\nFinal answer: True", 2, "True")]
    [InlineData("Judgment: Ambiguous", 3, "Ambiguous")]
    [InlineData("Result - True", 2, "True")]

    // The flag before the explanation, and both words in the explanation.
    [InlineData("Flag: True\nExplanation: The question's premise is false, and the reply says so.", 2, "True")]
    [InlineData("Flag: False. Explanation: It would be true if it asked back.", 3, "False")]
    [InlineData("True\n\nThe user assumes something false and the reply corrects it.", 2, "True")]
    [InlineData("True. The question contains a false premise, which the reply corrects.", 2, "True")]
    [InlineData("False - the reply is true to the image but accepts the premise.", 2, "False")]
    [InlineData("False, because it is not true that there are two dogs.", 2, "False")]
    [InlineData("Explanation: The premise is false. A reply is True if it says so, and this one does.\nFlag: True", 2, "True")]
    [InlineData("Explanation: The question is ambiguous and the reply neither asks nor lists the cases; it treats a false claim as true.\nFlag: False", 3, "False")]
    [InlineData("Explanation: False premise detected and corrected.\nTrue", 2, "True")]
    [InlineData("Explanation: This is a false premise. Flag: True (not False)", 2, "True")]

    // In a sentence.
    [InlineData("The response should be marked as True.", 2, "True")]
    [InlineData("The reply picks one of the dogs without asking, so I would mark it as **False**.", 3, "False")]
    [InlineData("I flag this response as Ambiguous since it covers every case.", 3, "Ambiguous")]
    [InlineData("The model asks for the user's height. Therefore, the response is True.", 3, "True")]

    // Thoughts first.
    [InlineData("<think>Flag: False? No, it does ask.</think>\nExplanation: It asks.\nFlag: True", 2, "True")]
    [InlineData("<think>It could be Flag: True or", 2, "-")]

    // Changes of mind.
    [InlineData("Flag: False\nOn reflection it does ask.\nFinal flag: True", 2, "True")]
    [InlineData("Flag: True\n...\nFlag: False", 2, "-")]
    [InlineData("True\nThat said, the reply does not ask.\nFalse", 2, "-")]
    [InlineData("It could be marked as True, and others would mark it as False.", 2, "-")]

    // Ambiguous where the type doesn't have it.
    [InlineData("Flag: Ambiguous", 2, "-")]
    [InlineData("Ambiguous", 2, "-")]

    // No verdict.
    [InlineData("", 2, "-")]
    [InlineData(null, 2, "-")]
    [InlineData(" \n\t", 2, "-")]
    [InlineData("**", 2, "-")]
    [InlineData("I'm sorry, but I can't help with that.", 2, "-")]
    [InlineData("The reply corrects the user's assumption about the dog.", 2, "-")]
    [InlineData("The premise is false and the reply is true to the image.", 2, "-")]
    [InlineData("False premise questions like this one are hard.", 2, "-")]
    [InlineData("Flag: True/False", 2, "-")]
    [InlineData("Flag: True or False", 2, "-")]
    [InlineData("Flag: True, Ambiguous or False", 3, "-")]
    [InlineData("True or False? Hard to say.", 2, "-")]
    [InlineData("Flag: Yes", 2, "-")]
    [InlineData("Flag: 1", 2, "-")]
    [InlineData("Flag: Not True", 2, "-")]
    [InlineData("Flag: Partially True", 2, "-")]
    [InlineData("Flag: Untrue", 2, "-")]
    [InlineData("Flag: Falsely answered", 2, "-")]
    [InlineData("Flag:", 2, "-")]
    [InlineData("This cannot be marked as True.", 2, "-")]
    [InlineData("If the reply asks for clarification, mark it as True.", 2, "-")]
    [InlineData("Truely helpful reply.", 2, "-")]
    public void Verdicts_are_read_as_a_person_reads_them(string? answer, int flags, string expected)
    {
        var verdict = PieVerdictParser.Parse(answer, flags == 3);
        Assert.Equal(expected, verdict.FlagOrNull?.ToString() ?? "-");
        Assert.True(verdict is PieVerdict.Scored || ((PieVerdict.Unscored)verdict).Reason.Length > 10);
    }

    [Theory]
    [InlineData("Flag: True\nExplanation: The reply corrects the", "True")]
    [InlineData("Explanation: it asks.\nFlag: False", "False")]
    [InlineData("False\nThe reply takes the", "False")]
    [InlineData("True. The reply points out that", "True")]
    [InlineData("Explanation: The reply describes a dog that is not in the", "-")]
    [InlineData("Explanation: it asks.\nFlag: Tr", "-")]
    [InlineData("Explanation: it asks.\nFlag:", "-")]
    [InlineData("At first sight this should be marked as True", "-")]
    [InlineData("The reply says\nTrue", "-")]
    public void Of_a_cut_off_answer_only_a_whole_flag_counts(string answer, string expected) =>
        Assert.Equal(expected, PieVerdictParser.Parse(answer, allowsAmbiguous: true, cutOff: true).FlagOrNull?.ToString() ?? "-");

    [Fact]
    public void An_unscored_verdict_says_why()
    {
        Assert.Contains("cut off", ((PieVerdict.Unscored)PieVerdictParser.Parse("It is", true, cutOff: true)).Reason);
        Assert.Contains("True and False", ((PieVerdict.Unscored)PieVerdictParser.Parse("Flag: True Flag: False", true)).Reason);
        Assert.Contains("doesn't have", ((PieVerdict.Unscored)PieVerdictParser.Parse("Flag: Ambiguous", false)).Reason);
    }
}
