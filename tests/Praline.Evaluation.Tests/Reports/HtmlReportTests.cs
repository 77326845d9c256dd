using Praline.Media;

namespace Praline.Evaluation.Tests;

public class HtmlReportTests
{
    [Fact]
    public void Everything_from_data_is_escaped()
    {
        const string Evil = "<img src=x onerror=alert(1)> \"q\" & 'a'";
        var html = new HtmlReport(Evil, new ReportSection(
            Evil,
            new ParagraphBlock(Evil),
            new TableBlock(new() { Columns = [new(Evil, Evil)], Rows = [[new(Evil, Evil)]], Note = Evil }),
            new SettingsBlock([new(Evil, Evil)]), new ListBlock(Evil, [Evil]), new TilesBlock(new ReportTile(Evil, Evil, Evil)),
            new FigureBlock(new() { Title = Evil, Panels = [new IntervalPanel { Title = Evil, Rows = [new(Evil, [new(1, 0, 2)])] }] }, Evil),
            new ExamplesBlock([new(Evil, [], [new(Evil, new(Evil, [new(0, 4, TextTone.Bad, Evil)])) { Note = Evil, Badges = [new(Evil)] }]) { Facets = [new(Evil, Evil)] }])))
        {
            Introduction = Evil,
        }.Render();
        Assert.DoesNotContain("<img", html);
        Assert.DoesNotContain("\"q\"", html);
        Assert.Contains("&lt;img src=x", html);
    }

    [Fact]
    public void Marks_that_overlap_or_leave_the_text_do_no_harm()
    {
        MarkedText text = new("abcdef", [new(1, 2, TextTone.Bad), new(2, 3, TextTone.Good), new(5, 99, TextTone.Good), new(-3, 2, TextTone.Bad)]);
        Assert.Equal("a<mark class=\"bad\" title=\"\">bc</mark>de<mark class=\"good\" title=\"\">f</mark>", text.ToHtml());
        Assert.Equal("a &amp; b", ((MarkedText)"a & b").ToHtml());
    }

    [Fact]
    public void Only_pictures_are_embedded()
    {
        Assert.StartsWith("data:image/png;base64,iVBOR", ReportImage.Of(new RgbImage(2, 1), "two black pixels").ToDataUri());
        Assert.StartsWith("data:image/jpeg;base64,/9j/", new ReportImage(new byte[] { 0xFF, 0xD8, 0xFF, 0xE0 }, "x").ToDataUri());
        Assert.Contains("notes", Assert.Throws<PralineException>(() => new ReportImage("text"u8.ToArray(), "notes").ToDataUri()).Message);
    }

    [Fact]
    public void Files_are_replaced_as_a_whole()
    {
        var folder = Directory.CreateTempSubdirectory("praline-html-");
        try
        {
            var path = Path.Combine(folder.FullName, "new", "r.html");
            new HtmlReport("one", []).Write(path);
            new HtmlReport("two", []).Write(path);
            Assert.Contains("<h1>two</h1>", File.ReadAllText(path));
            Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
            Assert.Contains("Can't write", Assert.ThrowsAny<PralineException>(() => new HtmlReport("x", []).Write(folder.FullName)).Message);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Numbers_that_can_not_be_had_are_null()
    {
        var json = ReportJson.Serialize(new { MeanWords = Estimate.Undefined, Rate = 0.25 });
        Assert.Contains("\"mean_words\"", json);
        Assert.Contains("\"value\": null", json);
        Assert.Contains("\"rate\": 0.25", json);
    }
}
