using Praline.Json;
using System.Text.Json;
using Praline.Preferences;

namespace Praline.Evaluation;

/// <summary>
/// A line of a judged file: an answer with the judge's <c>evaluation</c> as MACAROON's <c>metric_cal.py</c> writes it, and the verdict that was read
/// out of it: <c>flag</c>, or null and <c>unscored</c> with the reason.
/// </summary>
/// <param name="Answer">The answer that was judged.</param>
/// <param name="Evaluation">What the judge said last.</param>
/// <param name="Verdict">The verdict.</param>
/// <param name="Tries">How many times the judge was asked.</param>
public sealed record PieJudgement(PieAnswer Answer, string Evaluation, PieVerdict Verdict, int Tries) : IJsonRow<PieJudgement>
{
    /// <inheritdoc/>
    public static PieJudgement Read(JsonRow row)
    {
        PieVerdict verdict = row.OptionalText("flag") switch
        {
            null => new PieVerdict.Unscored(row.OptionalText("unscored") ?? "No reason is given."),
            var text when Enum.TryParse<PieFlag>(text, out var flag) && Enum.IsDefined(flag) => new PieVerdict.Scored(flag),
            var text => throw row.Error("flag", $"expected True, Ambiguous, False or null, found {text}."),
        };
        return new(PieAnswer.Read(row), row.Text("evaluation"), verdict, row.Integer("tries"));
    }

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter writer)
    {
        Answer.Write(writer);
        writer.WriteString("evaluation", Evaluation);
        if (Verdict is PieVerdict.Unscored { Reason: var reason })
        {
            writer.WriteNull("flag");
            writer.WriteString("unscored", reason);
        }
        else
        {
            writer.WriteString("flag", Verdict.FlagOrNull.ToString());
        }

        writer.WriteNumber("tries", Tries);
    }
}
