using Praline.Text.Tokenizers;

namespace Praline.Text.ChatTemplates;

/// <summary>Finds a checkpoint's chat template.</summary>
internal static class ChatTemplateFiles
{
    public static ChatTemplate? Load(string folder, string name)
    {
        var jinja = Path.Combine(folder, "chat_template.jinja");
        if (name == "default" && File.Exists(jinja))
        {
            return ChatTemplate.Parse(System.Text.Encoding.UTF8.GetString(TokenizerLoader.ReadFile(jinja)));
        }

        foreach (var file in (string[])["chat_template.json", "tokenizer_config.json"])
        {
            var path = Path.Combine(folder, file);
            if (File.Exists(path)
                && JsonSection.Parse(TokenizerLoader.ReadFile(path), path)["chat_template"] is { IsNull: false } section)
            {
                return ChatTemplate.Parse(Choose(section, name));
            }
        }

        return null;
    }

    /// <summary>A template is a string, or a list of templates with names.</summary>
    private static string Choose(JsonSection section, string name)
    {
        if (section.IsString)
        {
            return section.String();
        }

        var names = new List<string>();
        foreach (var item in section.Items())
        {
            names.Add(item["name"].String());
            if (names[^1] == name)
            {
                return item["template"].String();
            }
        }

        throw section.Fail($"there is no template '{name}'; there are {string.Join(", ", names)}.");
    }
}
