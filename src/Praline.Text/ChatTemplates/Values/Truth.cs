namespace Praline.Text.ChatTemplates.Values;

/// <summary>Which values are true.</summary>
internal static class Truth
{
    public static bool Of(object? value) => value switch
    {
        null or Undefined => false,
        bool flag => flag,
        long number => number != 0,
        double number => number != 0,
        string text => text.Length > 0,
        SequenceValue sequence => sequence.Items.Count > 0,
        DictValue dict => dict.Count > 0,
        _ => true,
    };
}
