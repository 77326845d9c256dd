namespace Praline.Preferences;

/// <summary>The file formats that preferences come in.</summary>
public enum PreferenceFormat
{
    /// <summary>SynPO's own <c>pairs.jsonl</c>: <c>pos_pre</c>, <c>neg_pre</c>.</summary>
    Synpo,

    /// <summary>TRL, plain: <c>prompt</c>, <c>chosen</c>, <c>rejected</c> are texts.</summary>
    Trl,

    /// <summary>TRL, conversational: <c>prompt</c>, <c>chosen</c>, <c>rejected</c> are lists of messages.</summary>
    TrlConversational,

    /// <summary>LLaMA-Factory: ShareGPT <c>conversations</c> with <c>chosen</c> and <c>rejected</c> as messages.</summary>
    LlamaFactory,

    /// <summary>ms-swift: <c>messages</c> that end with the chosen answer, and <c>rejected_response</c>.</summary>
    Swift,

    /// <summary>LLaMA-Factory's newer form: <c>chosen_messages</c> and <c>rejected_messages</c> with typed parts. Read only.</summary>
    ContentParts,

    /// <summary>MACAROON's: <c>conversations</c> whose last value holds <c>preferred</c> and <c>rejected</c>.</summary>
    Macaroon,

    /// <summary>VLFeedback's: <c>prompt</c>, <c>img_path</c>, and rated <c>completions</c>.</summary>
    VlFeedback,
}
