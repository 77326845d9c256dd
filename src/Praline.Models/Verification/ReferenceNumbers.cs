using System.Globalization;
using System.Text.Json;
using Praline.Torch;
using Praline.Torch.Serialization;

namespace Praline.Models.Verification;

/// <summary><c>inputs.safetensors</c> and <c>expected.safetensors</c> of a checkpoint, and the comparisons made so far.</summary>
internal sealed class ReferenceNumbers
{
    private readonly Dictionary<string, Tensor> _inputs;
    private readonly Dictionary<string, Tensor> _expected;
    private readonly Dictionary<string, VerifiedQuantity> _compared = new(StringComparer.Ordinal);
    private readonly VerificationOptions _options;
    private readonly string _folder;

    internal ReferenceNumbers(string folder, VerificationOptions options)
    {
        (_folder, _options) = (folder, options);
        _inputs = Read("inputs.safetensors");
        _expected = Read("expected.safetensors");
    }

    internal Tensor? Input(string name) => _inputs.GetValueOrDefault(name);

    /// <summary>An input that there is no comparing without.</summary>
    /// <exception cref="PralineException">It is not there.</exception>
    internal Tensor Require(string name) => Input(name) ?? throw new PralineException(
        $"{Path.Combine(_folder, "inputs.safetensors")} has no tensor '{name}', found {string.Join(", ", _inputs.Keys)}. docs/checkpoints.md lists what each "
        + "family needs.");

    internal Tensor? Expected(string name) => _expected.GetValueOrDefault(name);

    /// <summary>The expected tensors of a series such as <c>hidden_states.3</c>, with their numbers.</summary>
    internal IEnumerable<(string Name, int Index)> Series(string prefix) => _expected.Keys
        .Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && int.TryParse(name[prefix.Length..], out _))
        .Select(name => (name, int.Parse(name[prefix.Length..], CultureInfo.InvariantCulture)));

    /// <summary>True when tensors are compared as wholes, as in 16 bits.</summary>
    internal bool ByNorm => _options.ByNorm;

    /// <summary>Says why an expected tensor is not compared.</summary>
    internal void LeaveOut(string name, string why)
    {
        if (_expected.ContainsKey(name))
        {
            _compared[name] = new VerifiedQuantity(name, null, "", false, $"not compared: {why}");
        }
    }

    /// <summary>The names of the expected tensors.</summary>
    internal IReadOnlyCollection<string> ExpectedNames => _expected.Keys;

    /// <summary>A setting of <c>meta.json</c>, if that lies there too.</summary>
    internal JsonElement? Meta(string name)
    {
        var path = Path.Combine(_folder, "meta.json");
        if (!File.Exists(path))
        {
            return null;
        }

        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        return json.RootElement.TryGetProperty(name, out var value) ? value.Clone() : null;
    }

    /// <summary>Compares within the tolerance where the mask [B, T] is true; without an expected tensor of that name, nothing.</summary>
    internal void Compare(string name, Func<Tensor> actual, Tensor? mask = null) => Compare(name, actual, mask, _options.Atol, _options.Rtol);

    /// <summary>
    /// Compares a parameter's gradient: they are smaller than what the tolerances are made for, and sums of many terms that cancel, so that what counts is the tensor's
    /// largest element.
    /// </summary>
    internal void CompareGradient(string name, Tensor actual)
    {
        if (_options.ByNorm)
        {
            Compare(name, () => actual, null, _options.Atol / 10, 4 * _options.Rtol);
        }
        else if (Expected(name) is { } expected)
        {
            var largest = expected.Numel == 0 ? 0 : expected.To(DType.Float64).Abs().Max().Item<double>();
            var (atol, rtol) = (_options.Atol / 10, _options.Rtol * 10);
            Compare(name, expected, actual, null, atol + (rtol * largest), 0, string.Create(CultureInfo.InvariantCulture, $"{atol:0.#e+00} + {rtol:0.#e+00}·max|x|"));
        }
    }

    /// <summary>Compares ids, which have no tolerance.</summary>
    internal void CompareExactly(string name, Func<Tensor> actual)
    {
        if (Expected(name) is { } expected)
        {
            Compare(name, expected, actual(), null, 0, 0, "exact");
        }
    }

    /// <summary>All expected tensors in the order of their names, those that nothing was compared with among them.</summary>
    internal List<VerifiedQuantity> Result() =>
    [
        .. _expected.Keys.Order(StringComparer.Ordinal).Select(name => _compared.GetValueOrDefault(name) ?? new VerifiedQuantity(name, null, "", false, "not compared: no such quantity is known for this model")),
    ];

    private void Compare(string name, Func<Tensor> actual, Tensor? mask, double atol, double rtol)
    {
        if (Expected(name) is { } expected)
        {
            if (_options.ByNorm)
            {
                var own = Meta("relative_rounding")?.TryGetProperty(name, out var given) == true ? given.GetDouble() : 0;
                rtol = Math.Max(rtol, 2 * own);
            }

            var tolerance = string.Create(CultureInfo.InvariantCulture, $"{(_options.ByNorm ? $"{rtol:0.#e+00}·‖x‖" : $"{atol:0.#e+00} + {rtol:0.#e+00}·|x|")}");
            Compare(name, expected, actual(), mask, atol, rtol, tolerance);
        }
    }

    private void Compare(string name, Tensor expected, Tensor actual, Tensor? mask, double atol, double rtol, string tolerance)
    {
        if (!expected.Shape.AsSpan().SequenceEqual(actual.Shape))
        {
            _compared[name] = new VerifiedQuantity(
                name, null, tolerance, false, $"expected [{string.Join(", ", expected.Shape)}], got [{string.Join(", ", actual.Shape)}]");
            return;
        }

        // Where nothing counts, both are made zero.
        var counts = mask?.View([.. mask.Shape, .. Enumerable.Repeat(1L, expected.Dim - mask.Dim)]).Expand(expected.Shape);
        var zero = Tensor.Zeros([1], DType.Float64);
        Tensor Counted(Tensor tensor) => counts is null ? tensor.To(DType.Float64) : Tensor.Where(counts, tensor.To(DType.Float64), zero);
        var (wanted, got) = (Counted(expected), Counted(actual));
        var difference = (got - wanted).Abs();
        if (expected.Numel == 0)
        {
            _compared[name] = new VerifiedQuantity(name, 0, tolerance, true);
        }
        else if (_options.ByNorm && rtol > 0)
        {
            var share = Math.Sqrt((difference * difference).Sum().Item<double>() / (wanted * wanted).Sum().Item<double>());
            _compared[name] = new VerifiedQuantity(name, share, tolerance, share <= rtol);
        }
        else
        {
            // A comparison with a NaN is false: the numbers must hold, not merely not be worse.
            var excess = difference - ((wanted.Abs() * rtol) + atol);
            _compared[name] = new VerifiedQuantity(name, difference.Max().Item<double>(), tolerance, excess.Max().Item<double>() <= 0);
        }
    }

    private Dictionary<string, Tensor> Read(string name)
    {
        var path = Path.Combine(_folder, name);
        return File.Exists(path) ? SafetensorsFile.Load(path) : throw new PralineException(
            $"There is no {path}: the reference numbers to verify against lie beside the checkpoint as inputs.safetensors and expected.safetensors. "
            + "docs/checkpoints.md shows how to make them.");
    }
}
