using Praline.Json;
using System.Text.Json;

namespace Praline.Preferences;

/// <summary>Reads and writes one format. Adding a format is a class like this and a line in <see cref="PreferenceFormats"/>.</summary>
internal interface IPreferenceCodec
{
    PreferenceFormat Format { get; }

    /// <summary>The format's name on the command line.</summary>
    string Name { get; }

    /// <summary>Whether a row looks like this format.</summary>
    bool Recognises(JsonRow row);

    /// <summary>Reads a row; an error names the field.</summary>
    PreferenceSample Read(JsonRow row);

    /// <summary>Writes a row's fields.</summary>
    /// <exception cref="PralineException">The format can't say what the sample holds.</exception>
    void Write(Utf8JsonWriter writer, PreferenceSample sample);
}
