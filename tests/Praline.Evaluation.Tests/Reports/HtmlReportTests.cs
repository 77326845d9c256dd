using System.Buffers.Binary;
using System.IO.Compression;

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
    public void Pixels_come_back_from_the_png()
    {
        byte[] rgb = [.. Enumerable.Range(0, 5 * 3 * 3).Select(i => (byte)(i * 5))];
        var png = PngEncoder.Encode(rgb, 5, 3);

        // The PNG specification: width and height after the IHDR tag, IDAT's zlib stream holds a filter byte before each row.
        Assert.Equal(5, BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)));
        Assert.Equal(3, BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)));
        var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(33));
        using var rows = new MemoryStream();
        new ZLibStream(new MemoryStream(png, 41, length), CompressionMode.Decompress).CopyTo(rows);
        Assert.Equal(Enumerable.Range(0, 3).SelectMany(r => rgb[(r * 15)..((r + 1) * 15)].Prepend((byte)0)), rows.ToArray());

        // IEND with its checksum, as the specification prints it.
        Assert.Equal([0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82], png[^12..]);
        Assert.Throws<ArgumentException>(() => PngEncoder.Encode(rgb, 5, 4));
    }

    [Fact]
    public void Only_pictures_are_embedded()
    {
        Assert.StartsWith("data:image/jpeg;base64,/9j/", new ReportImage(new byte[] { 0xFF, 0xD8, 0xFF, 0xE0 }, "x").ToDataUri());
        Assert.Contains("'notes'", Assert.Throws<PralineException>(() => new ReportImage("text"u8.ToArray(), "notes").ToDataUri()).Message);
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
            Assert.Contains("Can't write", Assert.Throws<PralineException>(() => new HtmlReport("x", []).Write(folder.FullName)).Message);
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
