namespace Praline.Text.ChatTemplates.Values;

/// <summary>Which Python type a <see cref="SequenceValue"/> stands for.</summary>
internal enum SequenceKind
{
    List,
    Tuple,
    Range,
    DictKeys,
    DictValues,
    DictItems,
}
