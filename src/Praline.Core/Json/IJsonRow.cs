using System.Text.Json;

namespace Praline.Json;

/// <summary>A row of a JSONL file that reads itself strictly and writes itself in a fixed order of fields.</summary>
public interface IJsonRow<TSelf>
    where TSelf : IJsonRow<TSelf>
{
    /// <summary>Reads the row.</summary>
    /// <exception cref="PralineException">A field is missing or of another type: the message names file, line and field.</exception>
    static abstract TSelf Read(JsonRow row);

    /// <summary>Writes the row's fields (without the braces).</summary>
    void Write(Utf8JsonWriter writer);
}
