using Praline.Models.Multimodal;
using Praline.Torch;

namespace Praline.Models.Verification;

/// <summary>Gradients of the mean loss with respect to parameters: <c>grad.NAME</c>, whatever transformers version the names are of.</summary>
internal static class GradientVerification
{
    private const string Prefix = "grad.";

    /// <summary>Runs forward and backward once if gradients are expected and there are labels to have a loss of.</summary>
    internal static void Run(ReferenceNumbers numbers, IEnumerable<KeyValuePair<string, Tensor>> parameters, Func<Tensor> loss)
    {
        var names = numbers.ExpectedNames.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name => name[Prefix.Length..]).ToHashSet();
        if (names.Count == 0 || numbers.Input("labels") is null)
        {
            return;
        }

        using var grad = NoGrad.EnableGrad();
        var resolve = WeightNames.Resolver(names);
        var watched = parameters.Select(parameter => (Name: resolve(parameter.Key), parameter.Value)).Where(p => names.Contains(p.Name)).ToList();
        foreach (var (_, parameter) in watched)
        {
            parameter.RequiresGrad = true;
        }

        loss().Backward();
        foreach (var (name, parameter) in watched)
        {
            if (parameter.Grad is { } gradient)
            {
                numbers.CompareGradient(Prefix + name, LanguageVerification.Host(gradient));
            }
        }
    }
}
