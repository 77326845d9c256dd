using Praline.Media;

namespace Praline.SmallWorld.Tests;

public class SceneRendererTests
{
    /// <summary>Areas in squared radii, from the shapes' formulas.</summary>
    [Theory]
    [InlineData(Shape.Circle, Math.PI)]
    [InlineData(Shape.Ring, Math.PI * 0.78)]
    [InlineData(Shape.Square, 4 * 0.9 * 0.9)]
    [InlineData(Shape.Cross, (2 * 2 * 0.6) - (0.6 * 0.6))]
    [InlineData(Shape.Triangle, 0.5 * (2 * 1.85 / 1.75) * 1.85)]
    public void Shapes_cover_their_area(Shape shape, double area)
    {
        var image = SceneRenderer.Render(SceneOf(shape, ShapeSize.Large), 0, 400);
        var (background, color) = (Palette.Rgb(WorldColor.Black), Palette.Rgb(WorldColor.Yellow));
        var covered = 0.0;
        for (var i = 0; i < image.Pixels.Length; i += 3)
        {
            covered += (image.Pixels[i] - background.R) / (double)(color.R - background.R);
        }

        Assert.Equal(area, covered / Math.Pow(400 * Grid.LargeRadius, 2), 0.05);
    }

    [Fact]
    public void Objects_are_lighter_than_every_background()
    {
        var darkest = Palette.ObjectColors.Min(Lightness);
        Assert.All(Palette.Backgrounds, b => Assert.True(Lightness(b) < darkest - 40));

        static double Lightness(WorldColor color) => (Palette.Rgb(color).R + Palette.Rgb(color).G + Palette.Rgb(color).B) / 3.0;
    }

    [Fact]
    public void A_circle_is_drawn_where_it_is_in_its_color()
    {
        var image = SceneRenderer.Render(SceneOf(Shape.Circle, ShapeSize.Small), 0);
        Assert.Equal(Palette.Rgb(WorldColor.Yellow), At(image, 0.75, 0.25));
        Assert.Equal(Palette.Rgb(WorldColor.Black), At(image, 0.5, 0.25));
        Assert.Equal(Palette.Rgb(WorldColor.Black), At(image, 0.25, 0.75));
    }

    [Fact]
    public void The_picture_at_every_frame_agrees_with_the_scene()
    {
        for (ulong seed = 0; seed < 60; seed++)
        {
            var scene = SceneGenerator.Create(seed);
            for (var frame = 0; frame < scene.FrameCount; frame += 7)
            {
                var image = SceneRenderer.Render(scene, frame);
                foreach (var item in scene.Objects.Where(o => o.Shape != Shape.Ring))
                {
                    var (x, y) = item.PositionAt(frame);
                    var seen = At(image, x, y) == Palette.Rgb(item.ColorAt(frame));
                    Assert.True(seen || !item.IsVisible(frame), $"seed {seed}, frame {frame}: {item}");
                }
            }
        }
    }

    [Fact]
    public void A_contact_sheet_has_all_pictures()
    {
        var images = SceneRenderer.Render(SceneGenerator.Create(3), [0, 5, 9], 10);
        var sheet = ContactSheet.Of(images, 2);
        Assert.Equal((26, 26), (sheet.Width, sheet.Height));
        Assert.Equal(images[1].Row(0).ToArray(), sheet.Row(2).Slice(14 * 3, 30).ToArray());
        Assert.Equal(images[2].Row(9).ToArray(), sheet.Row(23).Slice(2 * 3, 30).ToArray());
    }

    private static Scene SceneOf(Shape shape, ShapeSize size) => new(
        1, 96, 4, 40, WorldColor.Black, [new SceneObject(shape, WorldColor.Yellow, size, 0, 40, 0.75, 0.25, [])], []);

    private static (byte R, byte G, byte B) At(RgbImage image, double x, double y)
    {
        var pixel = image.Row((int)(y * image.Height)).Slice((int)(x * image.Width) * 3, 3);
        return (pixel[0], pixel[1], pixel[2]);
    }
}
