namespace Praline.Evaluation;

/// <summary>A part of a report's section.</summary>
public abstract record ReportBlock
{
    internal abstract void Write(MarkupWriter html);
}
