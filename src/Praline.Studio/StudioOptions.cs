using System.Net;

namespace Praline.Studio;

/// <summary>What the studio shows and who may look at it.</summary>
public sealed record StudioOptions
{
    /// <summary>The folder whose data sets, runs and reports are shown. Nothing outside it and <see cref="MediaFolder"/> is served.</summary>
    public required string Root { get; init; }

    /// <summary>Where media lie that rows name; null to look anywhere below <see cref="Root"/>.</summary>
    public string? MediaFolder { get; init; }

    /// <summary>The address to listen on. Any but a loopback address needs a <see cref="Token"/>.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port; 0 for a free one.</summary>
    public int Port { get; init; } = 8420;

    /// <summary>What a browser must bring once (<c>?token=</c>) before it is shown anything; null for nothing.</summary>
    public string? Token { get; init; }

    /// <summary>Where the index of large data sets is kept between starts; it can be deleted at any time.</summary>
    public string CacheFolder { get; init; } = Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "praline", "studio");

    /// <summary>Refuses what can't be served.</summary>
    /// <exception cref="PralineException">Says which option, and what to give instead.</exception>
    public void Validate()
    {
        if (!Directory.Exists(Root))
        {
            throw new PralineException($"There is no folder {Root}. Give the folder that holds your data sets, runs and reports.");
        }

        if (MediaFolder is { } media && !Directory.Exists(media))
        {
            throw new PralineException($"There is no folder {media} (--videos).");
        }

        if (!IPAddress.IsLoopback(Address) && string.IsNullOrEmpty(Token))
        {
            throw new PralineException($"Listening on {Address} would show {Root} to the network. Add --token TEXT (at least 16 characters).");
        }

        if (Token is { Length: < 16 })
        {
            throw new PralineException($"The token has {Token.Length} characters; at least 16 are needed.");
        }
    }
}
