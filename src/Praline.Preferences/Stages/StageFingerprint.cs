using Praline.Json;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Praline.Preferences;

/// <summary>Names and values of all that a stage's result depends on, in the order they were added.</summary>
public sealed class StageFingerprint
{
    private readonly List<(string Name, string Value)> _values = [];

    /// <summary>The names and values.</summary>
    public IReadOnlyList<(string Name, string Value)> Values => _values;

    /// <summary>Adds a value by name. Numbers are written the same in every culture.</summary>
    public StageFingerprint Add(string name, object? value)
    {
        _values.Add((name, value is null ? "none" : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "none"));
        return this;
    }

    /// <summary>Adds the SHA-256 of a file's content.</summary>
    /// <exception cref="PralineException">The file can't be read.</exception>
    public StageFingerprint AddFile(string name, string path) => Add(name, HashFile(path));

    /// <summary>Adds the SHA-256 of a long text, such as a prompt.</summary>
    public StageFingerprint AddText(string name, string text) => Add(name, Hash(Encoding.UTF8.GetBytes(text)));

    /// <summary>What differs between the values of an earlier start and these, in words; empty when nothing does.</summary>
    public IReadOnlyList<string> DifferencesFrom(StageFingerprint earlier)
    {
        var before = earlier._values.ToDictionary(v => v.Name, v => v.Value);
        var differences = new List<string>();
        foreach (var (name, value) in _values)
        {
            if (!before.Remove(name, out var old))
            {
                differences.Add($"{name} is new ({Show(value)})");
            }
            else if (old != value)
            {
                differences.Add(IsHash(value) || IsHash(old) ? $"{name} changed" : $"{name} was {old}, now {value}");
            }
        }

        differences.AddRange(before.Keys.Select(name => $"{name} is gone"));
        return differences;
    }

    /// <summary>The SHA-256 of a file in lower-case hexadecimal.</summary>
    public static string HashFile(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PralineException($"Can't read {path}: {e.Message} Check the path, or run the stage that writes this file first.", e);
        }
    }

    /// <summary>The SHA-256 of bytes in lower-case hexadecimal.</summary>
    public static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    internal void Write(Utf8JsonWriter writer, string name)
    {
        writer.WriteStartObject(name);
        foreach (var (key, value) in _values)
        {
            writer.WriteString(key, value);
        }

        writer.WriteEndObject();
    }

    internal static StageFingerprint Read(JsonRow row, string name)
    {
        var fingerprint = new StageFingerprint();
        foreach (var property in row.Object(name).Element.EnumerateObject())
        {
            fingerprint.Add(property.Name, property.Value.GetString());
        }

        return fingerprint;
    }

    private static bool IsHash(string value) => value.Length == 64 && value.All(char.IsAsciiHexDigitLower);

    private static string Show(string value) => IsHash(value) ? value[..12] + "..." : value;
}
