namespace Praline.Text.ChatTemplates.Values;

/// <summary>
/// What a missing variable, key or index gives: prints as nothing, is false and empty; any other use is an error.
/// </summary>
/// <param name="Message">The error of another use, such as "'x' is undefined".</param>
/// <param name="Kind">That error's kind; what a sandboxed template may not reach is a SecurityError.</param>
internal sealed record Undefined(string Message, string Kind = "UndefinedError")
{
    public ChatTemplateException Error() => new(Kind, Message);
}
