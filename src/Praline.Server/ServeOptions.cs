using Praline.Media;
using System.Net;
using Praline.Inference;

namespace Praline.Server;

/// <summary>What is served, to whom, and how much one client may ask for.</summary>
public sealed record ServeOptions
{
    /// <summary>The name that requests call the model by; adapters are called by theirs. Null: the name of the checkpoint's folder.</summary>
    public string? ModelName { get; init; }

    /// <summary>The address to listen on. Any but a loopback address needs an <see cref="ApiKey"/>.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port; 0 for a free one.</summary>
    public int Port { get; init; } = 8000;

    /// <summary>What clients must send as <c>Authorization: Bearer</c>; null for nothing.</summary>
    public string? ApiKey { get; init; }

    /// <summary>The folder below which requests may name files; null: they may name none.</summary>
    public string? MediaRoot { get; init; }

    /// <summary>Whether requests may name media by http(s) address. Addresses of private networks are refused always.</summary>
    public bool AllowRemoteMedia { get; init; }

    /// <summary>Bytes of a request's body, and of a medium that is fetched, at most.</summary>
    public long MaxBodyBytes { get; init; } = 64L << 20;

    /// <summary>Bytes of all bodies that are read or held at one time.</summary>
    public long MaxHeldBytes { get; init; } = 512L << 20;

    /// <summary>Characters of text in one request.</summary>
    public int MaxTextLength { get; init; } = 1 << 20;

    /// <summary>Requests that are under way or wait; one more is told to come again.</summary>
    public int MaxRequests { get; init; } = 256;

    /// <summary>New tokens of one answer at most; null: as many as the model has room for.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Answers to one request (<c>n</c>) at most.</summary>
    public int MaxChoices { get; init; } = 64;

    /// <summary>Images and videos in one request.</summary>
    public int MaxMedia { get; init; } = 64;

    /// <summary>Frames of one video.</summary>
    public int MaxFrames { get; init; } = 64;

    /// <summary>Pixels of one image, or of all chosen frames of one video.</summary>
    public long MaxPixels { get; init; } = 128L << 20;

    /// <summary>Frames of a video where the request does not say how many.</summary>
    public FrameSampling Sampling { get; init; } = FrameSampling.ForVideos;

    /// <summary>How long answers may take to end once the server is told to stop.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Refuses what can't be served.</summary>
    /// <exception cref="PralineException">Says which option, and what to give instead.</exception>
    public void Validate()
    {
        if (MediaRoot is { } root && !Directory.Exists(root))
        {
            throw new PralineException($"There is no folder {root} (--media-root).");
        }

        if (!IPAddress.IsLoopback(Address) && string.IsNullOrEmpty(ApiKey))
        {
            throw new PralineException(
                $"Listening on {Address} would let the network use the model. Add --api-key TEXT (at least 16 characters), or set PRALINE_API_KEY.");
        }

        if (ApiKey is { Length: < 16 })
        {
            throw new PralineException($"The API key has {ApiKey.Length} characters; at least 16 are needed.");
        }

        Require(Port is >= 0 and <= 65535, "--port", "from 0 to 65535", Port);
        Require(MaxBodyBytes is >= 1024 and <= 1L << 30, "--max-body", "from 1 KiB to 1 GiB", MaxBodyBytes);
        Require(MaxHeldBytes >= MaxBodyBytes, nameof(MaxHeldBytes), $"at least {MaxBodyBytes}", MaxHeldBytes);
        Require(MaxRequests >= 1, "--max-requests", "at least 1", MaxRequests);
        Require(MaxTokens is null or >= 1, "--max-tokens", "at least 1", MaxTokens ?? 0);
        Require(MaxChoices >= 1, "--max-n", "at least 1", MaxChoices);
        Require(MaxMedia >= 0, "--max-media", "at least 0", MaxMedia);
        Require(MaxFrames >= 1, "--max-frames", "at least 1", MaxFrames);
        Require(MaxPixels >= 1, "--max-pixels", "at least 1", MaxPixels);
        Require(Grace >= TimeSpan.Zero, "--grace", "at least 0", Grace);
        Sampling.Validate();
    }

    private static void Require(bool holds, string option, string range, object found)
    {
        if (!holds)
        {
            throw new PralineException($"{option} should be {range}, found {found}.");
        }
    }
}
