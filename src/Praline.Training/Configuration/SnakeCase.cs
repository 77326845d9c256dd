using System.Text;

namespace Praline.Training.Configuration;

/// <summary>Names as configs spell them: <c>LabelSmoothing</c> is <c>label_smoothing</c>.</summary>
public static class SnakeCase
{
    /// <summary>The name in snake case.</summary>
    public static string Of(string name)
    {
        var result = new StringBuilder();
        foreach (var character in name)
        {
            if (char.IsUpper(character) && result.Length > 0)
            {
                result.Append('_');
            }

            result.Append(char.ToLowerInvariant(character));
        }

        return result.ToString();
    }
}
