namespace Praline.Text.Tokenizers.Loading;

/// <summary>How Metaspace marks spaces, and where it puts one in front.</summary>
/// <param name="Replacement">The character that stands for a space.</param>
/// <param name="PrependScheme">"always", "first" or "never".</param>
internal sealed record MetaspaceSettings(string Replacement, string PrependScheme, bool Split)
{
    public bool PrependsAnything => PrependScheme != "never";

    public static MetaspaceSettings Read(JsonSection section)
    {
        var replacement = section["replacement"].String();
        if (replacement.EnumerateRunes().Count() != 1)
        {
            throw section["replacement"].Expected("one character");
        }

        // Older files have add_prefix_space instead of prepend_scheme.
        var scheme = section["prepend_scheme"].OptionalString()
            ?? (section["add_prefix_space"].Bool(true) ? "always" : "never");
        return scheme is "always" or "first" or "never"
            ? new MetaspaceSettings(replacement, scheme, section["split"].Bool(true))
            : throw section["prepend_scheme"].Expected("always, first or never");
    }
}
