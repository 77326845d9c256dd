namespace Praline.Media.Tests;

public sealed class ImageSizeTests
{
    /// <summary>Every sample image: the size from the headers is the size of the decoded, upright picture.</summary>
    [Fact]
    public void Size_from_headers_is_that_of_the_decoded_image()
    {
        var images = Directory.GetFiles(TestFiles.Sample("images"), "*", SearchOption.AllDirectories)
            .Where(f => Path.GetExtension(f) is ".png" or ".jpg" or ".webp" or ".gif").ToArray();
        Assert.NotEmpty(images);
        foreach (var file in images)
        {
            var image = ImageFile.Open(file);
            Assert.Equal((image.Width, image.Height), ImageFile.SizeOf(File.ReadAllBytes(file), file));
        }

        Assert.Throws<MediaException>(() => ImageFile.SizeOf("no image"u8));
    }
}
