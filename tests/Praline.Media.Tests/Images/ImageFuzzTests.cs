namespace Praline.Media.Tests;

public class ImageFuzzTests
{
    /// <summary>Thousands of damaged images: each decodes or is a <see cref="MediaException"/>, none crashes or takes long.</summary>
    [Fact]
    public void DamagedImagesNeverCrash()
    {
        var random = new Random(20);
        var (decoded, refused) = (0, 0);
        foreach (var path in Directory.GetFiles(TestFiles.Sample("images")))
        {
            var original = File.ReadAllBytes(path);
            for (var round = 0; round < 60; round++)
            {
                var bytes = Mutation.Of(original, random, headerBytes: 100);
                try
                {
                    ImageFile.Decode(bytes, path);
                    decoded++;
                }
                catch (MediaException)
                {
                    refused++;
                }
            }
        }

        Assert.True(decoded > 100 && refused > 1000, $"{decoded} decoded, {refused} refused");
    }
}
