using Praline.Data;
using Praline.Models.Multimodal;
using Praline.Training.Packing;

namespace Praline.Training.Data;

/// <summary>From a row to the token ids that are trained on.</summary>
/// <param name="model">The model: its tokenizer and the form of its prompts.</param>
/// <param name="counts">How many tokens stand at each image mark of some media.</param>
public sealed class SampleTokenizer(VisionLanguageModel model, Func<MediaSet, IReadOnlyList<int>> counts)
{
    private readonly ConversationWriter _writer = new(model);

    /// <summary>The answers of a conversation that are learnt: <c>last</c>, <c>all</c>, or numbers from 1.</summary>
    public IReadOnlyList<string> LearnTurns { get; init; } = LearntTurns.Last;

    /// <summary>The texts of conditions.</summary>
    public ConditionOptions Conditions { get; init; } = new();

    /// <summary>What stands between an answer and its end token, where no chat template writes the end.</summary>
    public string AnswerSuffix { get; init; } = "";

    /// <summary>Whether answers lose the white space around them.</summary>
    public bool TrimAnswers { get; init; }

    /// <summary>The conversation that ends with one of a row's answers, asked under the answer's condition if it has one.</summary>
    /// <exception cref="PralineException">The model's form of a conversation has no place for something in the row, or a condition is not known.</exception>
    /// <exception cref="Praline.Text.ChatTemplates.ChatTemplateException">The chat template refuses the conversation.</exception>
    public LearntSequence Sequence(Sample sample, Answer answer)
    {
        var marks = new Queue<PromptPart>(MediaSet.Of(sample.Media).SelectMany(Marks));
        var messages = new List<PromptMessage>();
        if (sample.System is { } system)
        {
            messages.Add(new PromptMessage("system", system));
        }

        var before = messages.Count;
        foreach (var (i, turn) in sample.Turns.Index())
        {
            var parts = i == sample.Turns.Count - 1 && answer.Condition is { } condition ? Conditions.Apply(turn.Parts, condition) : turn.Parts;
            messages.Add(new PromptMessage(
                turn.Role == Role.User ? "user" : "assistant",
                [.. parts.Select(part => part is Part.Text text ? new PromptPart(turn.Role == Role.Assistant ? Trimmed(text.Value) : text.Value) : marks.Dequeue())]));
        }

        messages.Add(new PromptMessage("assistant", Trimmed(answer.Text)));
        var learnt = LearntTurns.Of(LearnTurns, (sample.Turns.Count / 2) + 1);
        var written = _writer.Write(messages, [.. learnt.Select(i => before + (2 * i) + 1)], AnswerSuffix);
        return new LearntSequence(written.Ids, written.IsAnswer);
    }

    /// <summary>Each medium of a set with its image marks: of a video, for families that see frames as images, one for each frame.</summary>
    private IEnumerable<PromptPart> Marks(MediaSet set)
    {
        var marks = counts(set).Count;
        return set.IsVideo
            ? [new PromptPart(null, marks, MediaKind.Video)]
            : set.Items.Select(_ => new PromptPart(null, marks / set.Items.Count));
    }

    private string Trimmed(string answer) => TrimAnswers ? answer.Trim() : answer;
}
