namespace Praline.Text.ChatTemplates.Syntax;

/// <summary>One token of a template, with the line it stands on (from 1).</summary>
internal readonly record struct TemplateToken(TemplateTokenKind Kind, string Text, int Line)
{
    public bool IsName(string name) => Kind == TemplateTokenKind.Name && Text == name;

    public bool IsOperator(string text) => Kind == TemplateTokenKind.Operator && Text == text;

    public override string ToString() => Kind switch
    {
        TemplateTokenKind.End => "end of template",
        TemplateTokenKind.BlockEnd => "end of statement block",
        TemplateTokenKind.VariableEnd => "end of print statement",
        _ => Text,
    };
}
