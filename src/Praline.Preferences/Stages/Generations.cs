using Praline.Json;
namespace Praline.Preferences;

/// <summary>A video's clip captions and candidates, found by the same <c>idx</c>.</summary>
internal sealed record Generations(string Name, ShortGenerationRow? Short, LongGenerationRow? Long)
{
    /// <summary>The video as an item of a stage.</summary>
    public StageItem ToItem() =>
        StageItem.Of(Name, Short is null ? "" : JsonText.Line(Short), Long is null ? "" : JsonText.Line(Long));

    /// <summary>Joins the two files in the order of the candidates; videos of which one file does not speak come with a null.</summary>
    /// <exception cref="PralineException">A number comes twice, or the files name different videos by the same number.</exception>
    public static IReadOnlyList<Generations> Join(string shortPath, string longPath)
    {
        var shorts = ByIdx(JsonLines.Read<ShortGenerationRow>(shortPath), r => r.Idx, shortPath);
        var longs = ByIdx(JsonLines.Read<LongGenerationRow>(longPath), r => r.Idx, longPath);
        var joined = longs.Values.Select(l => new Generations(l.VideoName, shorts.GetValueOrDefault(l.Idx), l))
            .Concat(shorts.Values.Where(s => !longs.ContainsKey(s.Idx)).Select(s => new Generations(s.VideoName ?? $"idx {s.Idx}", s, null)))
            .ToList();

        if (joined.FirstOrDefault(g => g is { Short.VideoName: { } name, Long: { } l } && name != l.VideoName) is { } apart)
        {
            throw new PralineException(
                $"{shortPath} and {longPath} don't belong together: idx {apart.Long!.Idx} is {apart.Short!.VideoName} in one and {apart.Name} in the other. " +
                "Make both from the same clips file.");
        }

        if (joined.GroupBy(g => g.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new PralineException($"{longPath}: video_name {twice.Key} comes {twice.Count()} times. Name each video once.");
        }

        return joined.Count > 0 ? joined : throw new PralineException($"{longPath} holds no candidates. Run the candidates stage first.");
    }

    private static Dictionary<int, T> ByIdx<T>(IReadOnlyList<T> rows, Func<T, int> idx, string path)
    {
        var byIdx = new Dictionary<int, T>();
        foreach (var row in rows)
        {
            if (!byIdx.TryAdd(idx(row), row))
            {
                throw new PralineException($"{path}: idx {idx(row)} comes twice. Number each video once.");
            }
        }

        return byIdx;
    }
}
