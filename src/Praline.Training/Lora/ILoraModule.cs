using Praline.Torch;

namespace Praline.Training.Lora;

/// <summary>One adapted module.</summary>
internal interface ILoraModule
{
    /// <summary>The module's name in the base model.</summary>
    string Module { get; }

    /// <summary>The trained tensors by PEFT's names, without the <c>base_model.model.</c> in front.</summary>
    IEnumerable<KeyValuePair<string, Tensor>> Parameters { get; }

    /// <summary>The frozen weight.</summary>
    Tensor BaseWeight { get; }

    /// <summary>The weight with the update added in.</summary>
    Tensor MergedWeight();

    /// <summary>Puts the update to work.</summary>
    void Attach();

    /// <summary>Takes the update away.</summary>
    void Detach();
}
