using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Praline.Training.Configuration;

/// <summary>
/// Reads a YAML file of settings: flat, or in groups (<c>data:</c>, <c>training:</c>, <c>lora:</c>…), whose names don't matter except
/// that those of <c>lora:</c> and <c>condition:</c> get that prefix. MACAROON's own files are recognised and translated.
/// </summary>
public static class YamlSettings
{
    private const int LargestFile = 1 << 20, DeepestLevel = 16;
    private static readonly string[] Groups = ["data", "model", "training", "frames", "run"];
    private static readonly string[] PrefixedGroups = ["lora", "condition"];

    /// <summary>The options that a file describes, over given ones.</summary>
    /// <exception cref="PralineException">The file is missing or no YAML, a name is not known, or a value does not fit.</exception>
    public static TrainOptions Load(string path, TrainOptions? over = null)
    {
        var tree = Parse(path);
        var (settings, start) = MacaroonConfig.IsOne(tree)
            ? (MacaroonConfig.Translate(tree, path), MacaroonConfig.Defaults(over ?? new TrainOptions(), tree, path))
            : (Flatten(tree, path), over ?? new TrainOptions());
        return OptionsBinder.Apply(start, settings, path);
    }

    /// <summary>The file as dictionaries, lists and texts.</summary>
    internal static IReadOnlyDictionary<string, object?> Parse(string path)
    {
        if (!File.Exists(path))
        {
            throw new PralineException($"There is no file {path}: a YAML file of settings was expected there.");
        }

        try
        {
            RequirePlain(path);
            using var reader = new StreamReader(path);
            var yaml = new YamlStream();
            yaml.Load(reader);
            return yaml.Documents.Count == 1 && yaml.Documents[0].RootNode is YamlMappingNode root
                ? (IReadOnlyDictionary<string, object?>)Plain(root, path)!
                : throw new PralineException($"{path} should hold one YAML document of names and values.");
        }
        catch (YamlException error)
        {
            throw new PralineException($"{path} is not YAML: {error.Message} (line {error.Start.Line}).", error);
        }
        catch (Exception error) when (error is not (PralineException or OutOfMemoryException))
        {
            throw new PralineException($"{path} is not YAML: {error.Message}", error); // the reader meets some damage with errors of other kinds
        }
    }

    /// <summary>
    /// Looks at a file's events, which takes neither stack nor memory, before a tree is made of them: settings need no aliases (a few lines of which can
    /// stand for billions of nodes) and little depth.
    /// </summary>
    private static void RequirePlain(string path)
    {
        if (new FileInfo(path).Length > LargestFile)
        {
            throw new PralineException($"{path} has {new FileInfo(path).Length:N0} bytes: a file of settings has at most {LargestFile:N0}.");
        }

        using var reader = new StreamReader(path, new System.Text.UTF8Encoding(false, throwOnInvalidBytes: true));
        var parser = new Parser(reader);
        var depth = 0;
        try
        {
            while (parser.MoveNext())
            {
                depth += parser.Current!.NestingIncrease;
                var line = parser.Current.Start.Line;
                if (parser.Current is AnchorAlias alias)
                {
                    throw new PralineException($"{path}, line {line}: the alias *{alias.Value} is not taken in settings: write the value out.");
                }

                if (depth > DeepestLevel)
                {
                    throw new PralineException($"{path}, line {line}: settings are at most {DeepestLevel} levels deep.");
                }
            }
        }
        catch (System.Text.DecoderFallbackException error)
        {
            throw new PralineException($"{path} has bytes that are not UTF-8: save it as UTF-8.", error);
        }
    }

    private static Dictionary<string, object?> Flatten(IReadOnlyDictionary<string, object?> tree, string path)
    {
        var flat = new Dictionary<string, object?>(StringComparer.Ordinal);
        void Set(string name, object? value)
        {
            if (!flat.TryAdd(name, value))
            {
                throw new PralineException($"{path}: the setting '{name}' is there twice.");
            }
        }

        foreach (var (name, value) in tree)
        {
            if (value is IReadOnlyDictionary<string, object?> group && (Groups.Contains(name) || PrefixedGroups.Contains(name)))
            {
                foreach (var (inner, item) in group)
                {
                    var prefixed = PrefixedGroups.Contains(name) && !inner.StartsWith(name + "_", StringComparison.Ordinal);
                    Set(prefixed ? $"{name}_{inner}" : inner, item);
                }
            }
            else
            {
                Set(name, value);
            }
        }

        return flat;
    }

    private static object? Plain(YamlNode node, string path) => node switch
    {
        YamlMappingNode map => map.Children.ToDictionary(c => (c.Key as YamlScalarNode)?.Value ?? throw new PralineException($"{path}: settings have texts for names, not {c.Key}."), c => Plain(c.Value, path), StringComparer.Ordinal),
        YamlSequenceNode list => list.Children.Select(item => Plain(item, path)).ToArray(),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "null" or "~" } => null,
        YamlScalarNode scalar => scalar.Value,
        _ => throw new PralineException($"{path}: YAML of this kind is not understood: {node}."),
    };
}
