using System.Text;

namespace Praline.Preferences;

/// <summary>One thing that a stage works on.</summary>
/// <param name="Id">Its name, different from all others of the stage.</param>
/// <param name="Inputs">A hash of the inputs that are its own (its lines of the file before). With the same hash its result is the same.</param>
public sealed record StageItem(string Id, string Inputs)
{
    /// <summary>An item whose inputs are these texts.</summary>
    public static StageItem Of(string id, params IEnumerable<string> inputs) =>
        new(id, StageFingerprint.Hash(Encoding.UTF8.GetBytes(string.Join('\n', inputs)))[..16]);
}
