using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Praline.Media;
using Praline.Studio.Library;
using Praline.Studio.Pairs;

namespace Praline.Studio.Media;

/// <summary>Serves the media of rows: by data set, row and place, never by path.</summary>
internal static class MediaEndpoints
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/media/{row:int}/{place:int}", (string set, int row, int place, Workspace workspace, PairIndexes indexes, MediaLibrary library) =>
            Find(set, row, place, workspace, indexes, library) is { } path
                ? Results.File(path, MediaLibrary.TypeOf(path), enableRangeProcessing: true)
                : Results.NotFound());
        app.MapGet("/frames/{row:int}/{place:int}/{frame:int}", (string set, int row, int place, int frame, Workspace workspace, PairIndexes indexes, MediaLibrary library) =>
        {
            if (Find(set, row, place, workspace, indexes, library) is not { } path)
            {
                return Results.NotFound();
            }

            try
            {
                return Results.Bytes(library.Frame(path, frame), "image/png");
            }
            catch (MediaException)
            {
                return Results.NotFound();
            }
        });
    }

    private static string? Find(string set, int row, int place, Workspace workspace, PairIndexes indexes, MediaLibrary library) =>
        workspace.DataSet(set) is { } data && indexes.Of(data).Get(row) is { } pair && place >= 0 && place < pair.Media.Count
            ? library.Allowed(pair.Media[place])
            : null;
}
