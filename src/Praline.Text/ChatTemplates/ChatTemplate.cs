using Praline.Text.ChatTemplates.Rendering;
using Praline.Text.ChatTemplates.Syntax;
using Praline.Text.ChatTemplates.Values;

namespace Praline.Text.ChatTemplates;

/// <summary>
/// A checkpoint's chat template: the Jinja that Hugging Face <c>transformers</c> runs (<c>trim_blocks</c> and
/// <c>lstrip_blocks</c> on, <c>raise_exception</c>, <c>strftime_now</c>, <c>{% generation %}</c>), sandboxed: bounded
/// steps, text and depth; no access to anything but its variables. Immutable and safe to share between threads.
/// </summary>
public sealed class ChatTemplate
{
    private readonly IReadOnlyList<Statement> _statements;

    private ChatTemplate(string source, IReadOnlyList<Statement> statements)
    {
        Source = source;
        _statements = statements;
    }

    /// <summary>The template as written.</summary>
    public string Source { get; }

    /// <summary>Parses a template.</summary>
    /// <exception cref="ChatTemplateException">It is malformed; says on which line.</exception>
    public static ChatTemplate Parse(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new ChatTemplate(source, TemplateParser.Parse(source));
    }

    /// <summary>
    /// The template of a checkpoint: <c>chat_template.jinja</c>, else <c>chat_template.json</c>, else the
    /// <c>chat_template</c> of <c>tokenizer_config.json</c>; null when it has none.
    /// </summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <param name="name">Which template, where the checkpoint has several with names.</param>
    /// <exception cref="PralineException">
    /// A file is damaged, the template is malformed, or none has this name.
    /// </exception>
    public static ChatTemplate? Load(string folder, string name = "default") => ChatTemplateFiles.Load(folder, name);

    /// <summary>Writes a conversation as the model was trained to read it.</summary>
    /// <param name="messages">The turns, in order.</param>
    /// <param name="addGenerationPrompt">End with what begins the assistant's turn.</param>
    /// <param name="variables">
    /// More variables, such as <c>bos_token</c> and <c>eos_token</c>: numbers, texts, lists, dictionaries, JSON.
    /// </param>
    /// <exception cref="ChatTemplateException">
    /// The template refuses the conversation, fails, or exceeds its limits.
    /// </exception>
    public string Render(
        IEnumerable<ChatMessage> messages,
        bool addGenerationPrompt = false,
        IEnumerable<KeyValuePair<string, object?>>? variables = null)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var all = new Dictionary<string, object?>(variables ?? [])
        {
            ["messages"] = messages,
            ["add_generation_prompt"] = addGenerationPrompt,
        };
        return Render(all);
    }

    /// <summary>
    /// Renders with these variables alone (<c>messages</c> and <c>add_generation_prompt</c> among them).
    /// </summary>
    /// <param name="variables">
    /// The variables: numbers, texts, lists, dictionaries, JSON, <see cref="ChatMessage"/>s.
    /// </param>
    /// <param name="now">What <c>strftime_now</c> shows; the current time when absent.</param>
    /// <exception cref="ChatTemplateException">
    /// The template refuses the conversation, fails, or exceeds its limits.
    /// </exception>
    public string Render(IEnumerable<KeyValuePair<string, object?>> variables, DateTime? now = null)
    {
        ArgumentNullException.ThrowIfNull(variables);
        var runtime = new Runtime(new RenderBudget(), now ?? DateTime.Now);
        var scope = Globals.Create(runtime);
        // The reference always passes these two.
        scope.Set("tools", null);
        scope.Set("documents", null);
        foreach (var (name, value) in variables)
        {
            scope.Set(name, ValueConverter.Convert(value));
        }

        return new Renderer(runtime).Render(_statements, new Scope(scope));
    }
}
