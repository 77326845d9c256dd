namespace Praline.Text.ChatTemplates;

/// <summary>Templates for checkpoints that bring none, as the papers' code writes its prompts.</summary>
public static class BuiltInTemplates
{
    private const string UserText =
        """
        {%- macro text(content) -%}
        {%- if content is string -%}
        {{ content }}
        {%- else -%}
        {%- set images = content | selectattr('type', 'in', ['image', 'video']) | list -%}
        {%- for image in images -%}{{ '<image>' if loop.last else '<image> ' }}{%- endfor -%}
        {%- if images -%}{{ '\n' }}{%- endif -%}
        {{ content | selectattr('type', 'equalto', 'text') | map(attribute='text') | join('') }}
        {%- endif -%}
        {%- endmacro -%}
        """;

    /// <summary>
    /// Vicuna, as SynPO prompts AuroraCap: <c>USER: {input} ASSISTANT:</c>. Parts become <c>&lt;image&gt;</c> markers
    /// with a space between, a newline, and the text.
    /// </summary>
    public static string Vicuna { get; } = UserText +
        """
        {%- for message in messages -%}
        {%- if message['role'] == 'system' -%}
        {{ text(message['content']) + ' ' }}
        {%- elif message['role'] == 'user' -%}
        {{ 'USER: ' + text(message['content']) + ' ASSISTANT:' }}
        {%- elif message['role'] == 'assistant' -%}
        {{ ' ' + text(message['content']) + (eos_token or '') }}
        {%- else -%}
        {{ raise_exception('The vicuna template knows the roles system, user and assistant, not ' + message['role'] + '.') }}
        {%- endif -%}
        {%- endfor -%}
        """;

    /// <summary>
    /// Mistral's instructions, as MACAROON prompts LLaVA-NeXT: <c>[INST] &lt;image&gt;\n{question} [/INST]</c>.
    /// </summary>
    public static string MistralInstruct { get; } = UserText +
        """
        {%- for message in messages -%}
        {%- if message['role'] == 'user' -%}
        {{ '[INST] ' + text(message['content']) + ' [/INST]' }}
        {%- elif message['role'] == 'assistant' -%}
        {{ ' ' + text(message['content']) + (eos_token or '') }}
        {%- else -%}
        {{ raise_exception('The mistral-instruct template knows the roles user and assistant, not ' + message['role'] + '.') }}
        {%- endif -%}
        {%- endfor -%}
        """;

    /// <summary>The names that <see cref="Get"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } = ["vicuna", "mistral-instruct"];

    /// <summary>A built-in template by name.</summary>
    /// <exception cref="PralineException">The name is not known.</exception>
    public static ChatTemplate Get(string name) => name switch
    {
        "vicuna" => ChatTemplate.Parse(Vicuna),
        "mistral-instruct" => ChatTemplate.Parse(MistralInstruct),
        _ => throw new PralineException($"There is no built-in chat template '{name}'; known are {string.Join(", ", Names)}."),
    };
}
