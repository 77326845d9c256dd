using System.Text;

namespace Praline.Media.Tests;

public class ImageProcessorConfigTests
{
    [Fact]
    public void AllFormsOfSizesAreRead()
    {
        var plain = Parse("""{"image_processor_type":"CLIPImageProcessor","size":336,"crop_size":300}""");
        Assert.Equal((ImageSize.Shortest(336), (300, 300)), (plain.Size, plain.CropSize));
        var sides = Parse("""{"image_processor_type":"CLIPImageProcessor","size":{"height":10,"width":20},"crop_size":{"height":3,"width":4}}""");
        Assert.Equal((ImageSize.Exact(10, 20), (3, 4)), (sides.Size, sides.CropSize));
        Assert.Equal(ImageSize.Shortest(7), Parse("""{"feature_extractor_type":"CLIPFeatureExtractor","size":{"shortest_edge":7}}""").Size);
        Assert.Equal(ImageSize.Exact(384, 384), Parse("""{"image_processor_type":"SiglipImageProcessor","size":384}""").Size);
    }

    [Fact]
    public void SilentKeysHaveTheDefaultsOfTheClass()
    {
        var clip = Parse("""{"image_processor_type":"CLIPImageProcessorFast","resample":null}""");
        Assert.Equal(("CLIPImageProcessor", ImageSize.Shortest(224), ResizeFilter.Bicubic, true), (clip.Type, clip.Size, clip.Resample, clip.DoCenterCrop));
        Assert.Equal(ImageProcessorConfig.ClipMean, clip.ImageMean);
        var siglip = Parse("""{"image_processor_type":"SiglipImageProcessor"}""");
        Assert.Equal((ImageSize.Exact(224, 224), false, 0.5f), (siglip.Size, siglip.DoCenterCrop, siglip.ImageStd[2]));
        Assert.Equal(56 * 56, Parse("""{"image_processor_type":"Qwen2VLImageProcessor"}""").MinPixels);
    }

    [Fact]
    public void Qwen2VlBoundsAreReadFromEitherPlace()
    {
        var old = Parse("""{"image_processor_type":"Qwen2VLImageProcessor","min_pixels":100,"max_pixels":900}""");
        Assert.Equal((100, 900), (old.MinPixels, old.MaxPixels));
        var recent = Parse("""{"image_processor_type":"Qwen2VLImageProcessor","size":{"shortest_edge":200,"longest_edge":800}}""");
        Assert.Equal((200, 800), (recent.MinPixels, recent.MaxPixels));
    }

    [Fact]
    public void OneFileForTheWholeProcessorIsReadIfItHasAnImageProcessor()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        Assert.Null(ImageProcessorConfig.FileIn(folder));
        File.WriteAllText(Path.Combine(folder, "processor_config.json"), """{"processor_class":"LlavaProcessor","patch_size":14}""");
        Assert.Null(ImageProcessorConfig.FileIn(folder));
        File.WriteAllText(Path.Combine(folder, "preprocessor_config.json"), """{"image_processor_type":"CLIPImageProcessor","size":30}""");
        Assert.Equal(ImageSize.Shortest(30), ImageProcessorConfig.Load(folder).Size);
        File.WriteAllText(
            Path.Combine(folder, "processor_config.json"), """{"image_processor":{"image_processor_type":"CLIPImageProcessorPil","size":40},"patch_size":14}""");
        Assert.Equal(("CLIPImageProcessor", ImageSize.Shortest(40)), (ImageProcessorConfig.Load(folder).Type, ImageProcessorConfig.Load(folder).Size));
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("""{"size":3}""", "the key image_processor_type")]
    [InlineData("""{"image_processor_type":"FooImageProcessor"}""", "FooImageProcessor")]
    [InlineData("""{"image_processor_type":"CLIPImageProcessor","size":{"edge":3}}""", "at size")]
    [InlineData("""{"image_processor_type":"CLIPImageProcessor","size":0}""", "at size")]
    [InlineData("""{"image_processor_type":"CLIPImageProcessor","resample":9}""", "at resample")]
    [InlineData("""{"image_processor_type":"CLIPImageProcessor","image_std":[1,0,1]}""", "at image_std")]
    [InlineData("""{"image_processor_type":"CLIPImageProcessor","do_resize":"yes"}""", "at do_resize")]
    [InlineData("""{"image_processor_type":"LlavaNextImageProcessor","image_grid_pinpoints":[[1]]}""", "at image_grid_pinpoints")]
    [InlineData("""{"image_processor_type":"CLIPImageProcessor","crop_size":{"height":1e9,"width":1}}""", "at height")]
    [InlineData("{", "expected JSON")]
    [InlineData("[]", "the whole file")]
    public void ValuesThatCanNotBeUsedNameTheKey(string json, string part)
    {
        var problem = Assert.Throws<MediaException>(() => ImageProcessor.Create(Parse(json)));
        Assert.Contains(part, problem.Message);
    }

    [Fact]
    public void TheFactoryPicksByType()
    {
        Assert.IsType<ClipImageProcessor>(Create("CLIPImageProcessor"));
        Assert.IsType<SiglipImageProcessor>(Create("SiglipImageProcessor"));
        Assert.IsType<LlavaNextImageProcessor>(Create("LlavaNextImageProcessorFast"));
        Assert.IsType<Qwen2VlImageProcessor>(Create("Qwen2VLImageProcessor"));
    }

    private static ImageProcessor Create(string type) => ImageProcessor.Create(Parse($$"""{"image_processor_type":"{{type}}"}"""));

    private static ImageProcessorConfig Parse(string json) => ImageProcessorConfig.Parse(Encoding.UTF8.GetBytes(json));
}
