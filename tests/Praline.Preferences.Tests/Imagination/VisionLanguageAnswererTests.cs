using Praline.Media;

namespace Praline.Preferences.Tests;

public sealed class VisionLanguageAnswererTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Answers_are_the_same_alone_and_together()
    {
        using var model = TinyCaptioner.Model(_folder["model"]);
        using var answerer = new VisionLanguageAnswerer(model, maxBatch: 8);
        var settings = CaptionSettings.Sampled with { MaxNewTokens = 12 };
        var prompts = Enumerable.Range(0, 20).Select(i => new ImagePrompt(Picture(i % 3), $"What is {i}?", (ulong)i)).ToArray();
        var alone = new List<Caption>();
        foreach (var prompt in prompts)
        {
            alone.Add(await answerer.AnswerAsync(prompt, settings, default));
        }

        Assert.Equal(alone, await Task.WhenAll(prompts.Select(p => answerer.AnswerAsync(p, settings, default))));
        Assert.True(alone.Select(a => a.Text).Distinct().Count() > 10);
    }

    [Fact]
    public async Task What_can_t_be_answered_takes_no_other_down()
    {
        using var model = TinyCaptioner.Model(_folder["model"]);
        using var answerer = new VisionLanguageAnswerer(model);
        var settings = CaptionSettings.Greedy with { MaxNewTokens = 4 };
        var tooLong = answerer.AnswerAsync(new ImagePrompt(Picture(0), new string('x', 5000), 0), settings, default);
        var damaged = answerer.AnswerAsync(new ImagePrompt(_folder.Write("damaged.png", "no picture"), "What?", 0), settings, default);
        var good = answerer.AnswerAsync(new ImagePrompt(Picture(1), "What?", 0), settings, default);
        Assert.NotNull(await good);
        Assert.Contains("Shorten the prompt", (await Assert.ThrowsAnyAsync<PralineException>(() => tooLong)).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<MediaException>(() => damaged);
    }

    private string Picture(int colour)
    {
        var path = _folder[$"{colour}.png"];
        var image = new RgbImage(32, 32);
        Array.Fill(image.Pixels, (byte)(100 * colour));
        ImageFile.WritePng(path, image);
        return path;
    }
}
