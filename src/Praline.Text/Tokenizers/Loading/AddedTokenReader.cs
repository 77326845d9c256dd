namespace Praline.Text.Tokenizers.Loading;

/// <summary>Reads added tokens, from a <c>tokenizer.json</c> or from a <c>tokenizer_config.json</c>.</summary>
internal static class AddedTokenReader
{
    public static IEnumerable<AddedToken> Read(JsonSection section) =>
        section.Items().Select(item => ReadToken(item, item["id"].Int()));

    /// <summary>Reads <c>added_tokens_decoder</c>, whose keys are the ids.</summary>
    public static IEnumerable<AddedToken> ReadById(JsonSection section) =>
        section.Properties().Select(property => int.TryParse(property.Name, out var id)
            ? ReadToken(property.Value, id)
            : throw section.Fail($"the key '{property.Name}' is not an id."));

    private static AddedToken ReadToken(JsonSection section, int id)
    {
        var special = section["special"].Bool(false);
        return new AddedToken(id, section["content"].String())
        {
            Special = special,
            Normalized = section["normalized"].Bool(!special),
            LStrip = section["lstrip"].Bool(false),
            RStrip = section["rstrip"].Bool(false),
            SingleWord = section["single_word"].Bool(false),
        };
    }
}
