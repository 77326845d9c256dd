using Praline.Torch;

namespace Praline.Training.Lora;

/// <summary>One adapted module.</summary>
internal interface ILoraModule
{
    /// <summary>The module's name in the base model.</summary>
    string Module { get; }

    /// <summary>The trained tensors by PEFT's names, without the <c>base_model.model.</c> in front.</summary>
    IEnumerable<KeyValuePair<string, Tensor>> Parameters { get; }

    /// <summary>What its file has: the trained tensors, and those that it shares with another module.</summary>
    IEnumerable<KeyValuePair<string, Tensor>> Stored => Parameters;

    /// <summary>The frozen weight.</summary>
    Tensor BaseWeight { get; }

    /// <summary>The weight with the update added in.</summary>
    Tensor MergedWeight();

    /// <summary>The frozen bias, where the update changes it.</summary>
    Tensor? BaseBias => null;

    /// <summary>The bias with the update added in; null where it changes none.</summary>
    Tensor? MergedBias() => null;

    /// <summary>Puts the update to work.</summary>
    void Attach();

    /// <summary>Takes the update away.</summary>
    void Detach();

    /// <summary>Frees what it holds besides the trained tensors.</summary>
    void Free()
    {
    }
}
