namespace Praline.Text.Tokenizers;

/// <summary>What the files beside a tokenizer say about its special tokens and its use.</summary>
internal sealed record TokenizerSettings
{
    /// <summary>Named special tokens (<c>bos_token</c>…) as text.</summary>
    public IReadOnlyDictionary<string, string> SpecialTokens { get; init; } = new Dictionary<string, string>();

    public bool CleanUpTokenizationSpaces { get; init; }

    /// <summary>The end tokens of <c>generation_config.json</c>; empty when it names none.</summary>
    public IReadOnlyList<int> StopTokenIds { get; init; } = [];

    public string? BosToken => SpecialTokens.GetValueOrDefault("bos_token");

    public string? EosToken => SpecialTokens.GetValueOrDefault("eos_token");

    public string? PadToken => SpecialTokens.GetValueOrDefault("pad_token");

    public string? UnkToken => SpecialTokens.GetValueOrDefault("unk_token");
}
