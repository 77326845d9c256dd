using Praline.Text.Tokenizers.PostProcessors;

namespace Praline.Text.Tokenizers.Loading;

/// <summary>Reads the <c>post_processor</c> of a <c>tokenizer.json</c>, as it is applied to a single text.</summary>
internal static class PostProcessorReader
{
    public static PostProcessor? Read(JsonSection section)
    {
        if (section.IsNull)
        {
            return null;
        }

        switch (section["type"].OptionalString())
        {
            case "Sequence":
                return new SequencePostProcessor([.. section["processors"].Items().Select(Read).OfType<PostProcessor>()]);
            case "TemplateProcessing":
                return new TemplatePostProcessor([.. section["single"].Items().Select(item => TemplatePart(section, item))]);
            case "RobertaProcessing" or "BertProcessing":
                return new TemplatePostProcessor([[TokenAndId(section["cls"])], null, [TokenAndId(section["sep"])]]);
            case "ByteLevel":
                // It only moves offsets.
                return null;
            default:
                throw Unknown.Type(
                    section, "post-processor", "Sequence, TemplateProcessing, RobertaProcessing, BertProcessing, ByteLevel");
        }
    }

    private static int[]? TemplatePart(JsonSection template, JsonSection part)
    {
        if (part["Sequence"].IsObject)
        {
            return part["Sequence"]["id"].String() == "A"
                ? null
                : throw part["Sequence"]["id"].Expected("\"A\", the only text of a single-text template");
        }

        if (!part["SpecialToken"].IsObject)
        {
            throw part.Expected("an object with 'SpecialToken' or 'Sequence'");
        }

        var name = part["SpecialToken"]["id"].String();
        var token = template["special_tokens"][name];
        return token.IsObject
            ? [.. token["ids"].Items().Select(id => id.Int())]
            : throw part["SpecialToken"]["id"].Fail($"the token '{name}' is not listed in {template.Path}.special_tokens.");
    }

    private static int TokenAndId(JsonSection section) => section.Items().ToArray() is [_, var id]
        ? id.Int()
        : throw section.Expected("a pair of token and id");
}
