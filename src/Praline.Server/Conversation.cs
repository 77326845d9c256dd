using Praline.Media;
using System.Text.Json;
using Praline.Inference;
using Praline.Server.Media;

namespace Praline.Server;

/// <summary>Reads conversations: messages of <c>/v1/chat/completions</c>, items of <c>/v1/responses</c>.</summary>
/// <param name="options">The server's limits.</param>
/// <param name="sources">Where media come from.</param>
/// <param name="leases">What to dispose when the request is answered.</param>
/// <param name="cancellation">Ends fetches.</param>
internal sealed class Conversation(ServeOptions options, MediaSources sources, List<IDisposable> leases, CancellationToken cancellation)
{
    private int _media;
    private long _characters;

    /// <summary>The messages of a list.</summary>
    internal async Task<List<Message>> ReadAsync(IReadOnlyList<JsonElement> list, string path)
    {
        if (list.Count == 0)
        {
            throw ApiException.Invalid(path, $"{path} is empty: at least one message is expected.");
        }

        var messages = new List<Message>();
        foreach (var (i, element) in list.Index())
        {
            var item = RequestObject.Of(element, $"{path}[{i}]");
            item.Only("type", "only messages are taken here.", "\"message\"");
            messages.Add(await MessageAsync(item).ConfigureAwait(false));
            item.Done();
        }

        return messages;
    }

    /// <summary>A text within the limit of the request.</summary>
    internal string Counted(string text, string path)
    {
        _characters += text.Length;
        return _characters <= options.MaxTextLength ? text
            : throw ApiException.Invalid(path, $"The request has more than {options.MaxTextLength} characters of text.", "context_length_exceeded");
    }

    private async Task<Message> MessageAsync(RequestObject item)
    {
        var role = item.RequiredText("role");
        if (role is not ("system" or "developer" or "user" or "assistant"))
        {
            throw ApiException.Invalid(item.At("role"), $"{item.At("role")} should be system, developer, user or assistant, found {role}.", "unsupported_value");
        }

        // What clients send along when they repeat an answer that they were given.
        item.WithoutEffect("name", "id", "status", "phase");
        item.Only("refusal", "answers of this server are never refusals.", "\"\"");
        item.Only("audio", "the model hears nothing.");
        item.Only("tool_calls", "calls of tools are texts here.", "[]");
        item.Only("function_call", "calls of functions are texts here.");
        item.Only("annotations", "annotations are not read.", "[]");
        item.Only("reasoning_content", "thoughts are not read.", "\"\"");
        var path = item.At("content");
        return new Message(role == "developer" ? "system" : role, item.Find("content") switch
        {
            null when role == "assistant" => [""],
            null => throw ApiException.Invalid(path, $"{path} is missing: a text or a list of parts is expected.", "missing_field"),
            { ValueKind: JsonValueKind.Array } parts => await PartsAsync([.. parts.EnumerateArray()], path).ConfigureAwait(false),
            { } text => [Counted(RequestObject.TextOf(text, path), path)],
        });
    }

    private async Task<IReadOnlyList<MessagePart>> PartsAsync(IReadOnlyList<JsonElement> list, string path)
    {
        var parts = new List<MessagePart>();
        foreach (var (i, element) in list.Index())
        {
            var part = RequestObject.Of(element, $"{path}[{i}]");
            parts.Add(await PartAsync(part).ConfigureAwait(false));
            part.Done();
        }

        return parts.Count > 0 ? parts : throw ApiException.Invalid(path, $"{path} is empty: at least one part is expected.");
    }

    private async Task<MessagePart> PartAsync(RequestObject part)
    {
        var type = part.RequiredText("type");
        switch (type)
        {
            case "text" or "input_text" or "output_text":
                part.Only("annotations", "annotations are not read.", "[]");
                part.Only("logprobs", "log-probabilities are not read.", "[]");
                return Counted(part.RequiredText("text"), part.At("text"));
            case "image_url" or "input_image":
                part.WithoutEffect("detail");
                part.Only("file_id", "files are not kept here.");
                return await MediumAsync(part, "image_url", null).ConfigureAwait(false);
            case "video_url":
                return await MediumAsync(part, "video_url", options.Sampling).ConfigureAwait(false);
            case "input_video":
                return part.Child("input_video") is { } inside ? await InputVideoAsync(inside).ConfigureAwait(false)
                    : await MediumAsync(part, "video_url", options.Sampling).ConfigureAwait(false);
            default:
                throw ApiException.Invalid(
                    part.At("type"), $"{part.At("type")} should be text, image_url, video_url or input_video (or input_text, input_image), found {type}.", "unsupported_value");
        }
    }

    /// <summary>A medium by its address: a text, or an object with <c>url</c>, and for a video how many frames are looked at.</summary>
    private async Task<MessagePart> MediumAsync(RequestObject part, string name, FrameSampling? sampling)
    {
        Count(part);
        if (part.Find(name) is { ValueKind: JsonValueKind.String } bare)
        {
            return await sources.OpenAsync(RequestObject.TextOf(bare, part.At(name)), sampling, part.At(name), leases, cancellation).ConfigureAwait(false);
        }

        var medium = part.Child(name) ?? throw ApiException.Invalid(part.At(name), $"{part.At(name)} is missing: an object with url is expected.", "missing_field");
        medium.WithoutEffect("detail");
        var chosen = sampling is null ? null : Frames(medium, sampling);
        var url = medium.RequiredText("url");
        medium.Done();
        return await sources.OpenAsync(url, chosen, medium.At("url"), leases, cancellation).ConfigureAwait(false);
    }

    private async Task<MessagePart> InputVideoAsync(RequestObject video)
    {
        Count(video);
        video.WithoutEffect("format"); // the content says it
        var sampling = Frames(video, options.Sampling);
        var (data, url) = (video.Text("data"), video.Text("url"));
        video.Done();
        return (data, url) switch
        {
            ({ } text, null) when text.StartsWith("data:", StringComparison.OrdinalIgnoreCase) =>
                await sources.OpenAsync(text, sampling, video.At("data"), leases, cancellation).ConfigureAwait(false),
            ({ } text, null) => sources.FromBase64(text, sampling, video.At("data"), leases),
            (null, { } address) => await sources.OpenAsync(address, sampling, video.At("url"), leases, cancellation).ConfigureAwait(false),
            _ => throw ApiException.Invalid(video.Path, $"{video.Path} should have data or url."),
        };
    }

    private FrameSampling Frames(RequestObject video, FrameSampling sampling)
    {
        var (exactly, least, most) = (video.Integer("num_frames", 1, options.MaxFrames), video.Integer("min_frames", 1, options.MaxFrames), video.Integer("max_frames", 1, options.MaxFrames));
        var rate = video.Number("fps", 0.001, 1000);
        if (exactly is not null && (least ?? most ?? rate) is not null)
        {
            throw ApiException.Invalid(video.At("num_frames"), $"{video.At("num_frames")} says exactly how many: leave out fps, min_frames and max_frames.");
        }

        var chosen = exactly is not null ? sampling with { SampledFrames = (int)exactly } : (least ?? most ?? rate) is null ? sampling : sampling with
        {
            SampledFrames = null,
            MinFrames = (int)(least ?? Math.Min(sampling.MinFrames, most ?? sampling.MinFrames)),
            MaxFrames = (int)(most ?? Math.Max(sampling.MaxFrames, least ?? sampling.MaxFrames)),
            FramesPerSecond = rate ?? sampling.FramesPerSecond,
        };
        return chosen.MinFrames <= chosen.MaxFrames ? chosen
            : throw ApiException.Invalid(video.At("min_frames"), $"{video.At("min_frames")} is more than max_frames: {chosen.MinFrames} and {chosen.MaxFrames}.");
    }

    private void Count(RequestObject part)
    {
        if (++_media > options.MaxMedia)
        {
            throw ApiException.Invalid(part.Path, $"The request has more than {options.MaxMedia} images and videos.", "too_many_media");
        }
    }
}
