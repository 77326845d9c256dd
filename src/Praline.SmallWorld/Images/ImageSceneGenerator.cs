namespace Praline.SmallWorld;

/// <summary>Makes image scenes. The same seed and options give the same scene on every machine and runtime.</summary>
public static class ImageSceneGenerator
{
    /// <summary>The image of a seed.</summary>
    /// <exception cref="ArgumentException">When the options can't work.</exception>
    public static ImageScene Create(ulong seed, ImageSceneOptions? options = null)
    {
        options ??= new();
        options.Validate();
        var sizes = SceneGenerator.Sizes(seed, options.ObjectCountWeights);
        for (var attempt = 0; ; attempt++)
        {
            var scene = Draft(seed, sizes, options, WorldRandom.Derive(seed, $"image/{attempt}"));
            if (!Touching(scene.Objects))
            {
                return scene;
            }
        }
    }

    private static ImageScene Draft(ulong seed, IReadOnlyList<ShapeSize> sizes, ImageSceneOptions options, WorldRandom random)
    {
        var cells = random.Shuffled(Enum.GetValues<Place>());
        var objects = new List<ImageObject>();
        while (objects.Count < sizes.Count)
        {
            var subject = NextSubject(objects, options, random);
            if (objects.All(o => o.Subject != subject))
            {
                var (x, y) = Grid.Center(cells[objects.Count]);
                objects.Add(new ImageObject(
                    subject,
                    sizes[objects.Count],
                    cells[objects.Count],
                    Grid.Exact(x + random.Between(-0.012, 0.012)),
                    Grid.Exact(y + random.Between(-0.012, 0.012))));
            }
        }

        return new ImageScene(seed, options.Size, random.Pick(Palette.Backgrounds), objects);
    }

    private static bool Touching(IReadOnlyList<ImageObject> objects)
    {
        foreach (var (i, a) in objects.Index())
        {
            foreach (var b in objects.Take(i))
            {
                var reach = (Grid.RadiusOf(a.Size) + Grid.RadiusOf(b.Size)) * 0.97;
                if (((a.X - b.X) * (a.X - b.X)) + ((a.Y - b.Y) * (a.Y - b.Y)) < reach * reach)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static Subject NextSubject(List<ImageObject> earlier, ImageSceneOptions options, WorldRandom random)
    {
        var subject = new Subject(random.Pick(Palette.ObjectColors), random.Pick(Enum.GetValues<Shape>()));
        if (earlier.Count == 0 || !random.Chance(options.AlikeShare))
        {
            return subject;
        }

        var like = random.Pick(earlier).Subject;
        return random.Chance(0.7) ? subject with { Shape = like.Shape } : subject with { Color = like.Color };
    }
}
