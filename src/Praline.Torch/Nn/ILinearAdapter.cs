namespace Praline.Torch.Nn;

/// <summary>Something trained beside a frozen linear layer.</summary>
public interface ILinearAdapter
{
    /// <summary>The adapted layer's output: […, in] → […, out].</summary>
    Tensor Forward(Linear layer, Tensor x);
}
