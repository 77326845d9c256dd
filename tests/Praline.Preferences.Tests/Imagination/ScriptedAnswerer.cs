namespace Praline.Preferences.Tests;

/// <summary>A model that answers by rule, and remembers what it was asked.</summary>
internal sealed class ScriptedAnswerer(Func<ImagePrompt, string> answer) : IImageAnswerer
{
    private readonly Lock _lock = new();

    public List<ImagePrompt> Asked { get; } = [];

    public string Fingerprint => "scripted";

    public Task<Caption> AnswerAsync(ImagePrompt prompt, CaptionSettings settings, CancellationToken cancellation)
    {
        lock (_lock)
        {
            Asked.Add(prompt);
        }

        var text = answer(prompt);
        return Task.FromResult(text.EndsWith("<cut>", StringComparison.Ordinal) ? new Caption(text[..^5], true) : new Caption(text, false));
    }
}
