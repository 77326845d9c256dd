namespace Praline.Text.ChatTemplates;

/// <summary>The errors that rendering throws, named as in Python and Jinja.</summary>
internal static class TemplateErrors
{
    public static ChatTemplateException Type(string message) => new("TypeError", message);

    public static ChatTemplateException Value(string message) => new("ValueError", message);

    public static ChatTemplateException Limit(string message) => new("LimitError", message);
}
