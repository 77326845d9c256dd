namespace Praline.Text.ChatTemplates;

/// <summary>
/// A chat template that is malformed, that refused a conversation (<c>raise_exception</c>), or that did what a template
/// may not. The message is the reference's where it has one.
/// </summary>
public sealed class ChatTemplateException : PralineException
{
    /// <summary>Creates the error.</summary>
    public ChatTemplateException(string kind, string message)
        : base(message) => Kind = kind;

    /// <summary>
    /// The reference's name of the error: <c>TemplateError</c> (raise_exception), <c>TemplateSyntaxError</c>,
    /// <c>UndefinedError</c>, <c>TypeError</c>, <c>SecurityError</c>…; <c>LimitError</c> when the template took too
    /// many steps or made too much text.
    /// </summary>
    public string Kind { get; }
}
