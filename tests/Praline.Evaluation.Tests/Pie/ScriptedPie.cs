namespace Praline.Evaluation.Tests;

/// <summary>A model that answers by rule, and counts.</summary>
internal sealed class ScriptedModel(Func<string, int, string> answer) : IPieAnswerer
{
    public int Asked { get; private set; }

    public string Fingerprint => "scripted";

    public Task<string> AnswerAsync(string question, int index, string imagePath, CancellationToken cancellation)
    {
        Asked++;
        return Task.FromResult(answer(question, index));
    }
}

/// <summary>A judge that replies by rule, and remembers the cases.</summary>
internal sealed class ScriptedJudge(Func<PieCase, PieReply> reply) : IPieJudge
{
    public List<PieCase> Cases { get; } = [];

    public string Fingerprint => "scripted";

    public Task<PieReply> AskAsync(PieCase pieCase, CancellationToken cancellation)
    {
        Cases.Add(pieCase);
        return Task.FromResult(reply(pieCase));
    }
}
