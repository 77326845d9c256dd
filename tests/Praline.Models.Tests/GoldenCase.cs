using System.Text.Json;
using Praline.Testing;
using Praline.Torch;
using Praline.Torch.Serialization;

namespace Praline.Models.Tests;

/// <summary>
/// One golden case: its tensors, its settings, and comparisons at the tolerances that tests/golden/README.md recommends, which its record
/// keeps.
/// </summary>
internal sealed class GoldenCase : IDisposable
{
    private readonly GoldenRecord _record;
    private readonly TensorScope _scope = new();
    private readonly Dictionary<string, Tensor> _inputs;
    private readonly Dictionary<string, Tensor> _expected;

    public GoldenCase(params string[] path)
    {
        _record = Golden.Record(path);
        Folder = Golden.PathOf(path);
        _inputs = SafetensorsFile.Load(Path.Combine(Folder, "inputs.safetensors"));
        _expected = SafetensorsFile.Load(Path.Combine(Folder, "expected.safetensors"));
    }

    public string Folder { get; }

    /// <summary>Counts comparisons of plain values that held.</summary>
    public void Exact(int count = 1) => _record.Exact(count);

    public IEnumerable<string> InputNames => _inputs.Keys;

    public IEnumerable<string> ExpectedNames => _expected.Keys;

    public Tensor Input(string name) => _inputs[name];

    public bool HasInput(string name) => _inputs.ContainsKey(name);

    public Tensor Expected(string name) => _expected[name];

    public bool HasExpected(string name) => _expected.ContainsKey(name);

    public JsonElement Meta(string file = "meta.json") =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, file))).RootElement;

    /// <summary>Logits, hidden states, features: 1e-4 + 1e-4·|x|.</summary>
    public void Close(string name, Tensor actual, bool[]? mask = null) => Compare(name, actual, 1e-4, 1e-4, mask);

    /// <summary>Losses: 2e-5 + 1e-5·|x|.</summary>
    public void CloseLoss(string name, Tensor actual) => Compare(name, actual.Reshape(_expected[name].Shape), 2e-5, 1e-5, null);

    /// <summary>A sum of many terms that may cancel: the loss tolerance relative to the terms, 2e-5 + 1e-5·Σ|term|.</summary>
    public void CloseSum(string name, Tensor terms) => Compare(
        name, terms.Sum().Reshape(_expected[name].Shape), 2e-5 + (1e-5 * terms.Detach().Abs().Sum().Item<double>()), 0, null);

    /// <summary>Every expected tensor under <c>grad.</c> that <paramref name="find"/> has a leaf for: 1e-5 + 1e-3·max|x|.</summary>
    public void CloseGradients(Func<string, Tensor?> find)
    {
        foreach (var name in _expected.Keys.Where(n => n.StartsWith("grad.", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            var leaf = find(name["grad.".Length..]);
            Assert.True(leaf is not null, $"{Folder}: nothing has the gradient {name}");
            Testing.Close.Gradient(_expected[name], leaf.Grad ?? throw new InvalidOperationException($"{name}: no gradient arrived"), name);
        }
    }

    /// <summary>Equal in every element.</summary>
    public void Same(string name, Tensor actual) => Compare(name, actual, 0, 0, null);

    public void Dispose()
    {
        _record.Dispose();
        _scope.Dispose();
    }

    private void Compare(string name, Tensor actual, double atol, double rtol, bool[]? mask) =>
        Testing.Close.Equal(_expected[name], actual, atol, rtol, name, mask);
}
