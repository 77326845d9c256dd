using System.Text.Json;
using Praline.Testing;
using Praline.Torch;
using Praline.Torch.Serialization;
using Xunit.Abstractions;

namespace Praline.Models.Tests;

/// <summary>
/// One golden case: its tensors, its settings, and comparisons at the tolerances that tests/golden/README.md recommends. Prints the
/// largest difference beside its tolerance.
/// </summary>
internal sealed class GoldenCase : IDisposable
{
    private readonly ITestOutputHelper _output;
    private readonly TensorScope _scope = new();
    private readonly Dictionary<string, Tensor> _inputs;
    private readonly Dictionary<string, Tensor> _expected;
    private readonly Dictionary<string, (double Difference, string Tolerance)> _largest = [];

    public GoldenCase(ITestOutputHelper output, params string[] path)
    {
        _output = output;
        Folder = Golden.PathOf(path);
        _inputs = SafetensorsFile.Load(Path.Combine(Folder, "inputs.safetensors"));
        _expected = SafetensorsFile.Load(Path.Combine(Folder, "expected.safetensors"));
    }

    /// <summary>What stands for a case where the golden folder has none of a kind: a theory needs at least one row.</summary>
    private const string None = "(no case of this kind)";

    public string Folder { get; }

    public IEnumerable<string> InputNames => _inputs.Keys;

    public IEnumerable<string> ExpectedNames => _expected.Keys;

    public Tensor Input(string name) => _inputs[name];

    public bool HasInput(string name) => _inputs.ContainsKey(name);

    public Tensor Expected(string name) => _expected[name];

    public JsonElement Meta(string file = "meta.json") =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, file))).RootElement;

    /// <summary>The cases of one kind that <paramref name="filter"/> lets through, or one row that stands for none.</summary>
    public static TheoryData<string> Names(string kind, Func<string, bool>? filter = null) =>
        [.. OrNone(Golden.Cases(kind).Where(folder => filter?.Invoke(folder) ?? true).Select(f => Path.GetFileName(f)!))];

    /// <summary>The names, or one that stands for none.</summary>
    public static IEnumerable<string> OrNone(IEnumerable<string> names) => names.DefaultIfEmpty(None);

    /// <summary>True, and printed, when there is no such case to check.</summary>
    public static bool IsNone(string name, ITestOutputHelper output)
    {
        if (name == None)
        {
            output.WriteLine($"{Golden.Folder} has no case of this kind.");
        }

        return name == None;
    }

    /// <summary>Logits, hidden states, features: 1e-4 + 1e-4·|x|.</summary>
    public void Close(string name, Tensor actual, bool[]? mask = null) => Compare(name, actual, 1e-4, 1e-4, mask);

    /// <summary>Losses: 2e-5 + 1e-5·|x|.</summary>
    public void CloseLoss(string name, Tensor actual) => Compare(name, actual.Reshape(_expected[name].Shape), 2e-5, 1e-5, null);

    /// <summary>A sum of many terms that may cancel: the loss tolerance relative to the terms, 2e-5 + 1e-5·Σ|term|.</summary>
    public void CloseSum(string name, Tensor terms) => Compare(
        name, terms.Sum().Reshape(_expected[name].Shape), 2e-5 + (1e-5 * terms.Detach().Abs().Sum().Item<double>()), 0, null);

    /// <summary>Every expected tensor under <c>grad.</c> that <paramref name="find"/> has a leaf for: 1e-5 + 1e-3·|x|.</summary>
    public void CloseGradients(Func<string, Tensor?> find)
    {
        foreach (var name in _expected.Keys.Where(n => n.StartsWith("grad.", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            var leaf = find(name["grad.".Length..]);
            Assert.True(leaf is not null, $"{Folder}: nothing has the gradient {name}");
            Compare(name, leaf.Grad ?? throw new InvalidOperationException($"{name}: no gradient arrived"), 1e-5, 1e-3, null);
        }
    }

    /// <summary>Equal in every element.</summary>
    public void Same(string name, Tensor actual) => Compare(name, actual, 0, 0, null);

    public void Dispose()
    {
        foreach (var (kind, (difference, tolerance)) in _largest.OrderBy(l => l.Key, StringComparer.Ordinal))
        {
            _output.WriteLine($"{Path.GetRelativePath(Golden.Folder, Folder)}  {kind}: largest difference {difference:g3} (tolerance {tolerance})");
        }

        _scope.Dispose();
    }

    private void Compare(string name, Tensor actual, double atol, double rtol, bool[]? mask)
    {
        var difference = Testing.Close.Equal(_expected[name], actual, atol, rtol, $"{Folder}: {name}", mask);
        var kind = name.StartsWith("grad.", StringComparison.Ordinal) ? "grad" : name;
        if (!_largest.TryGetValue(kind, out var known) || difference >= known.Difference)
        {
            _largest[kind] = (difference, $"{atol:g2} + {rtol:g2}·|x|");
        }
    }
}
