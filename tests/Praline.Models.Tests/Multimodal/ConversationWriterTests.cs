using Praline.Models.Multimodal;
using Praline.Testing;
using Praline.Text.Tokenizers;
using PromptTokens = Praline.Models.Multimodal.PromptTokens;

namespace Praline.Models.Tests.Multimodal;

/// <summary>Conversations as training and inference read them: rendered whole, answers found in the result. The expected texts are written by hand from the templates.</summary>
public sealed class ConversationWriterTests : IDisposable
{
    /// <summary>Llama 3's form: the begin token once, a header for each turn.</summary>
    private const string Llama3 = """
        {{- bos_token }}{% for m in messages %}{{ '<|start_header_id|>' + m.role + '<|end_header_id|>\n\n' + m.content | trim + '<|eot_id|>' }}{% endfor %}
        {%- if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}
        """;

    /// <summary>ChatML's form with a default system text.</summary>
    private const string ChatMl = """
        {%- if messages[0].role != 'system' %}{{ '[system]You help.\n' }}{% endif %}
        {%- for m in messages %}{{ '[' + m.role + ']' + m.content + '<|eot_id|>\n' }}{% endfor %}
        {%- if add_generation_prompt %}{{ '[assistant]' }}{% endif %}
        """;

    private static readonly PromptMessage[] Talk =
        [new("user", "Who is it?"), new("assistant", "It is Ann."), new("user", "Why?"), new("assistant", " She said so. ")];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_conversation_is_one_text_with_one_begin_token()
    {
        var (writer, tokenizer) = Text(Llama3);
        const string whole = "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nWho is it?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nIt is Ann.<|eot_id|>"
            + "<|start_header_id|>user<|end_header_id|>\n\nWhy?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nShe said so.<|eot_id|>";
        var written = writer.Write(Talk, [1, 3]);
        Assert.Equal(tokenizer.Encode(whole, addSpecialTokens: false), written.Ids);
        Assert.Equal(["It is Ann.<|eot_id|>", "She said so.<|eot_id|>"], Answers(written, tokenizer));
        Assert.Equal(["She said so.<|eot_id|>"], Answers(writer.Write(Talk, [3]), tokenizer));
    }

    [Fact]
    public void What_comes_after_the_last_answer_asked_for_is_not_written()
    {
        var (writer, tokenizer) = Text(Llama3);
        Assert.Equal(writer.Write([.. Talk.Take(2)], [1]).Ids, writer.Write(Talk, [1]).Ids);
        Assert.Equal(["It is Ann.<|eot_id|>"], Answers(writer.Write(Talk, [1]), tokenizer));
    }

    /// <summary>As TRL learns it: everything after the generation prompt, the line end that ChatML writes after its end token too.</summary>
    [Fact]
    public void A_default_system_text_stands_once_and_white_space_stays()
    {
        var (writer, tokenizer) = Text(ChatMl);
        var written = writer.Write(Talk, [1, 3]);
        Assert.Equal("[system]You help.\n[user]Who is it?<|eot_id|>\n[assistant]It is Ann.<|eot_id|>\n[user]Why?<|eot_id|>\n[assistant] She said so. <|eot_id|>\n", tokenizer.Decode(written.Ids));
        Assert.Equal(["It is Ann.<|eot_id|>\n", " She said so. <|eot_id|>\n"], Answers(written, tokenizer));
        Assert.Equal("[system]Short.\n[user]Who?<|eot_id|>\n[assistant]".Replace("Short.", "Short.<|eot_id|>"),
            tokenizer.Decode(writer.Prompt([new("system", "Short."), new("user", "Who?")]).Ids));
    }

    [Fact]
    public void A_prompt_is_what_its_answer_is_trained_behind()
    {
        foreach (var template in new[] { Llama3, ChatMl, null })
        {
            var (writer, _) = Text(template);
            PromptMessage[] question = [new("system", "Be brief."), Talk[0]];
            var prompt = writer.Prompt(question).Ids;
            var written = writer.Write([.. question, Talk[1]], [2]);
            Assert.Equal(prompt, written.Ids.Take(prompt.Count));
            Assert.Equal(prompt.Count, written.IsAnswer.ToList().IndexOf(true));
        }
    }

    [Fact]
    public void An_end_token_is_added_only_where_the_template_writes_none()
    {
        var (writer, tokenizer) = Text("{% for m in messages %}{{ m.role + ': ' + m.content + ' ' }}{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}");
        var end = tokenizer.EosTokenId!.Value;
        PromptMessage[] turn = [Talk[0], Talk[1]];
        Assert.Equal([.. tokenizer.Encode("user: Who is it? assistant: It is Ann. ", addSpecialTokens: false), end], writer.Write(turn, [1]).Ids);
        Assert.Equal(writer.Write(turn, [1]).Ids, writer.Write(turn, [1], " ").Ids); // the template's own space is the suffix
        Assert.Equal([.. tokenizer.Encode("user: Who is it? assistant: It is Ann. !", addSpecialTokens: false), end], writer.Write(turn, [1], "!").Ids);
        Assert.Contains("answer_suffix", Assert.Throws<PralineException>(() => Text(Llama3).Writer.Write(turn, [1], " ")).Message);
    }

    /// <summary>As TRL does with plain text: prompt and answer are tokenized as one text, with the special tokens that the tokenizer adds, and the end token.</summary>
    [Fact]
    public void Without_a_template_text_is_continued()
    {
        var (writer, tokenizer) = Text(null);
        var written = writer.Write([new("user", "The sky is"), new("assistant", " blue.")], [1]);
        Assert.Equal([.. tokenizer.Encode("The sky is blue."), tokenizer.EosTokenId!.Value], written.Ids);
        Assert.Equal(tokenizer.Encode("The sky is").Length, written.IsAnswer.ToList().IndexOf(true));
        Assert.Contains("no chat template", Assert.Throws<PralineException>(() => writer.Write(Talk, [3])).Message);
    }

    [Fact]
    public void A_boundary_inside_a_token_gives_the_token_to_the_answer()
    {
        var (writer, tokenizer) = Text(null);
        var written = writer.Write([new("user", "walk"), new("assistant", "ing")], [1]);
        Assert.Equal([.. tokenizer.Encode("walking"), tokenizer.EosTokenId!.Value], written.Ids);
        Assert.Equal(tokenizer.Encode("walking").Zip(tokenizer.Encode("walk")).TakeWhile(p => p.First == p.Second).Count(), written.IsAnswer.ToList().IndexOf(true));
    }

    [Theory]
    [InlineData("{% for m in messages %}{% if m.role == 'user' %}{{ m.content }}{% endif %}{% endfor %}", "leaves answer 1 out")]
    [InlineData("{{ messages | length }}{% for m in messages %}{{ m.content }}{% endfor %}", "differently once the answer is there, at character 0")]
    [InlineData("{{ raise_exception('no such talk') }}", "no such talk")]
    public void A_template_that_hides_the_answer_is_refused(string template, string problem) =>
        Assert.Contains(problem, Assert.ThrowsAny<PralineException>(() => Text(template).Writer.Write([.. Talk.Take(2)], [1])).Message);

    [Fact]
    public void Media_stand_where_the_conversation_has_them()
    {
        if (Golden.Cases("llava15") is not [var golden, ..])
        {
            Assert.Skip("this golden folder has no llava15 case");
            return;
        }

        foreach (var file in Directory.GetFiles(golden).Where(f => f.EndsWith("config.json", StringComparison.Ordinal) || f.EndsWith("model.safetensors", StringComparison.Ordinal)))
        {
            File.Copy(file, _folder[Path.GetFileName(file)]);
        }

        GoldenTokenizers.CopyTo(_folder.Path, "llama2");
        PromptMessage[] talk =
        [
            new("user", [new("Is "), new(null, 1), new(" like ")]), new("assistant", "No."), new("user", [new("And "), new(null, 2), new("?")]), new("assistant", "Yes."),
        ];
        string Written()
        {
            using var model = VisionLanguageModel.Load(_folder.Path);
            var written = new ConversationWriter(model).Write(talk, [3]);
            return string.Join('|', Pieces(written.Ids).Select(piece => model.Tokenizer.Decode(piece)));
        }

        // The family's own form: media before each question's text, turn by turn.
        Assert.Equal("<s> USER: |\nIs  like  ASSISTANT: No.</s><s> USER: |\n|\nAnd ? ASSISTANT: Yes.</s>", Written());
        File.WriteAllText(_folder["chat_template.jinja"], "{% for m in messages %}{{ m.role }}:{% for c in m.content %}{{ '<image>' if c.type == 'image' else c.text }}{% endfor %};{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}");
        Assert.Equal("<s> user:Is | like ;assistant:No.;user:And ||?;assistant:Yes.;</s>", Written());
        File.WriteAllText(_folder["chat_template.jinja"], "{% for m in messages %}{{ m.role + m.content }}{% endfor %}");
        Assert.Contains("no place for images", Assert.ThrowsAny<PralineException>(Written).Message);
    }

    private static IEnumerable<int[]> Pieces(IReadOnlyList<int> ids)
    {
        var piece = new List<int>();
        foreach (var id in ids)
        {
            if (id == PromptTokens.ImageToken)
            {
                yield return [.. piece];
                piece.Clear();
            }
            else
            {
                piece.Add(id);
            }
        }

        yield return [.. piece];
    }

    private static List<string> Answers(WrittenConversation written, Tokenizer tokenizer)
    {
        var answers = new List<string>();
        for (var i = 0; i < written.Ids.Count; i++)
        {
            var end = i;
            while (end < written.Ids.Count && written.IsAnswer[end])
            {
                end++;
            }

            if (end > i)
            {
                answers.Add(tokenizer.Decode([.. written.Ids.Skip(i).Take(end - i)]));
                i = end;
            }
        }

        return answers;
    }

    /// <summary>A language model's writer with Llama 3's tokenizer, whose end token is the one that ends a turn.</summary>
    private (ConversationWriter Writer, Tokenizer Tokenizer) Text(string? template)
    {
        var folder = Directory.CreateDirectory(_folder[$"text{Directory.GetDirectories(_folder.Path).Length}"]).FullName;
        GoldenTokenizers.CopyTo(folder, "llama3");
        File.WriteAllText(Path.Combine(folder, "config.json"), """{"model_type": "llama"}""");
        File.WriteAllText(Path.Combine(folder, "generation_config.json"), """{"eos_token_id": [128001, 128009]}""");
        var config = Path.Combine(folder, "tokenizer_config.json");
        var settings = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(config))!.AsObject();
        settings.Remove("chat_template");
        File.WriteAllText(config, settings.ToJsonString());
        if (template is not null)
        {
            File.WriteAllText(Path.Combine(folder, "chat_template.jinja"), template);
        }

        var tokenizer = Tokenizer.Load(folder);
        return (new ConversationWriter(folder, tokenizer, null), tokenizer);
    }
}
