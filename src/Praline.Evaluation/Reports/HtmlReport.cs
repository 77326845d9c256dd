using System.Reflection;
using System.Text;

namespace Praline.Evaluation;

/// <summary>
/// A report as one HTML file that needs nothing else: styles, figures and pictures are inside it, it is light or dark as the reader's system
/// is, and complete without scripts. Everything that comes from data is escaped.
/// </summary>
/// <param name="Title">The heading and the page's title.</param>
/// <param name="Sections">The sections, in order.</param>
public sealed record HtmlReport(string Title, params IReadOnlyList<ReportSection> Sections)
{
    /// <summary>A sentence or two under the heading.</summary>
    public string Introduction { get; init; } = "";

    /// <summary>The page.</summary>
    public string Render()
    {
        var html = new MarkupWriter();
        html.Raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.Raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.Text("title", Title).Raw($"<style>\n{Resource("report.css")}</style>\n</head>\n<body>\n");
        html.Open("header").Text("h1", Title).Text("p", Introduction).Close();
        html.Open("nav").Open("div");
        for (var i = 0; i < Sections.Count; i++)
        {
            html.Text("a", Sections[i].Title, ("href", $"#s{i + 1}"));
        }

        html.Close().Close().Open("main");
        for (var i = 0; i < Sections.Count; i++)
        {
            html.Open("section", ("id", $"s{i + 1}")).Text("h2", Sections[i].Title);
            foreach (var block in Sections[i].Blocks)
            {
                block.Write(html);
            }

            html.Close();
        }

        html.Close().Text("footer", "Made by Praline.");
        if (Sections.SelectMany(s => s.Blocks).Any(b => b is ExamplesBlock))
        {
            html.Raw($"<script>\n{Resource("report.js")}</script>\n");
        }

        return html.Raw("</body>\n</html>\n").ToString();
    }

    /// <summary>Writes the page into a file; readers never see half of one.</summary>
    /// <exception cref="PralineException">The file can't be written.</exception>
    public void Write(string path) =>
        AtomicFile.WriteText(path, Render());

    private static string Resource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Praline.Evaluation.Reports.{name}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
