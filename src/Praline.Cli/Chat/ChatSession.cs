using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Praline.Models.Generation;
using Praline.Models.Multimodal;

namespace Praline.Cli.Chat;

/// <summary>
/// A conversation in lines: texts are asked, lines that begin with / are commands, a path alone shows that file. Answers go to <paramref name="output"/> as they come,
/// remarks to <paramref name="remarks"/>.
/// </summary>
/// <param name="server">The model with its adapters.</param>
/// <param name="options">How answers are drawn.</param>
/// <param name="output">Takes answers.</param>
/// <param name="remarks">Takes what is no answer.</param>
internal sealed class ChatSession(ModelServer server, GenerationOptions options, TextWriter output, TextWriter remarks)
{
    internal const string Help =
        """
        /image PATH, /video PATH   show a file with the next question (or drag it here)
        /system TEXT               instructions; without TEXT: none
        /adapter on|off|NAME       answer with an adapter or without
        /retry                     ask the last question once more, as things are set now
        /seed N|off                the same answer each time, or another
        /save FILE                 write the conversation as JSON
        /clear                     forget the conversation
        /quit                      leave (or Ctrl+D)
        Ctrl+C stops an answer.
        """;

    private static readonly HashSet<string> ImageEndings = new(StringComparer.OrdinalIgnoreCase) { ".jpg", ".jpeg", ".png", ".webp", ".gif" };
    private static readonly HashSet<string> VideoEndings = new(StringComparer.OrdinalIgnoreCase) { ".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v", ".mpg", ".mpeg" };
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<Message> _messages = [];
    private readonly List<MediaInput> _shown = [];
    private readonly Lock _lock = new();
    private CancellationTokenSource? _answering;

    /// <summary>Instructions that every conversation begins with; null for none.</summary>
    internal string? Instructions { get; set; }

    /// <summary>The adapter that answers; null for the base.</summary>
    internal string? Adapter { get; set; }

    /// <summary>Every answer's seed; null for another each time.</summary>
    internal ulong? Seed { get; set; }

    /// <summary>Ends the answer under way; false when there is none.</summary>
    internal bool Stop()
    {
        lock (_lock)
        {
            _answering?.Cancel();
            return _answering is not null;
        }
    }

    /// <summary>Takes a line; false when it ends the conversation.</summary>
    internal async Task<bool> TakeAsync(string line)
    {
        var (command, rest) = line.Trim().Split(' ', 2, StringSplitOptions.TrimEntries) is [var first, .. var more] ? (first, more.Length > 0 ? more[0] : "") : ("", "");
        try
        {
            switch (command)
            {
                case "":
                    break;
                case "/help":
                    remarks.WriteLine(Help);
                    break;
                case "/quit" or "/exit":
                    return false;
                case "/image" or "/video":
                    await ShowAsync(FileOf(rest) ?? throw new PralineException($"There is no file {rest}."), command == "/video");
                    break;
                case "/system":
                    Instructions = rest.Length > 0 ? rest : null;
                    remarks.WriteLine(rest.Length > 0 ? "Instructions set." : "No instructions.");
                    break;
                case "/adapter":
                    Switch(rest);
                    break;
                case "/seed":
                    Seed = rest == "off" ? null : ulong.TryParse(rest, out var seed) ? seed : throw new PralineException($"/seed takes a number or off, found '{rest}'.");
                    remarks.WriteLine(Seed is null ? "Each answer is another." : $"Seed {Seed}.");
                    break;
                case "/retry":
                    await RetryAsync();
                    break;
                case "/save":
                    Save(rest);
                    break;
                case "/clear":
                    _messages.Clear();
                    _shown.Clear();
                    remarks.WriteLine("The conversation is forgotten.");
                    break;
                default:
                    await SayAsync(line.Trim(), command);
                    break;
            }
        }
        catch (Exception error) when (Host.IsUsers(error))
        {
            remarks.WriteLine($"praline: {error.Message}");
        }

        return true;
    }

    private async Task SayAsync(string line, string command)
    {
        if (FileOf(line) is { } file && (ImageEndings.Contains(Path.GetExtension(file)) || VideoEndings.Contains(Path.GetExtension(file))))
        {
            await ShowAsync(file, VideoEndings.Contains(Path.GetExtension(file)));
            return;
        }

        if (command.StartsWith('/') && !command[1..].Contains('/', StringComparison.Ordinal))
        {
            throw new PralineException($"There is no command {command}; /help lists them.");
        }

        _messages.Add(new Message("user", [.. _shown.Select(media => (MessagePart)media), line]));
        if (await AnswerAsync())
        {
            _shown.Clear();
        }
        else
        {
            _messages.RemoveAt(_messages.Count - 1); // what is shown goes with the next try
        }
    }

    private async Task RetryAsync()
    {
        if (_messages is not [.., _, { Role: "assistant" } last])
        {
            throw new PralineException("There is no question to ask again.");
        }

        _messages.RemoveAt(_messages.Count - 1);
        if (!await AnswerAsync())
        {
            _messages.Add(last);
        }
    }

    /// <summary>Answers the last question; false when there was no answer at all.</summary>
    private async Task<bool> AnswerAsync()
    {
        using var stop = new CancellationTokenSource();
        lock (_lock)
        {
            _answering = stop;
        }

        var text = "";
        try
        {
            var request = new InferenceRequest
            {
                Name = "the conversation",
                Messages = Instructions is null ? [.. _messages] : [new Message("system", Instructions), .. _messages],
                Options = options,
                Seeds = [Seed ?? (ulong)Random.Shared.NextInt64()],
                Adapter = Adapter,
            };
            await foreach (var piece in server.StreamAsync(request, stop.Token))
            {
                text += piece.Text;
                output.Write(piece.Text);
                output.Flush();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            remarks.WriteLine(text.Length > 0 ? " [stopped]" : "[stopped]");
        }
        finally
        {
            lock (_lock)
            {
                _answering = null;
            }
        }

        output.WriteLine();
        output.Flush();
        if (text.Length > 0)
        {
            _messages.Add(new Message("assistant", text));
        }

        return text.Length > 0;
    }

    private async Task ShowAsync(string path, bool video)
    {
        var media = video ? MediaInput.Video(path) : MediaInput.Image(path);
        using var seen = await server.EncodeAsync(media); // what can't be read is said now, and the first answer comes sooner
        _shown.Add(media);
        remarks.WriteLine(video ? $"{path}: {seen.Content.Duration:0.0} s, {seen.Content.Frames.Count} frames." : $"{path} is shown with the next question.");
    }

    private void Switch(string to)
    {
        var names = server.Adapters;
        Adapter = to switch
        {
            "off" => null,
            "on" when names.Count == 1 => names.First(),
            _ when names.Contains(to) => to,
            _ when names.Count == 0 => throw new PralineException("There is no adapter: start with --adapter FOLDER."),
            _ => throw new PralineException($"/adapter takes off{(names.Count == 1 ? ", on" : "")} or a name ({string.Join(", ", names)}), found '{to}'."),
        };
        remarks.WriteLine(Adapter is null ? "The base answers. /retry asks it the last question." : $"{Adapter} answers. /retry asks it the last question.");
    }

    private void Save(string path)
    {
        if (path.Length == 0)
        {
            throw new PralineException("/save takes a file's name.");
        }

        JsonNode Part(MessagePart part) => part.Media is not { } media ? new JsonObject { ["type"] = "text", ["text"] = part.Text }
            : media.Kind == MediaKind.Video ? new JsonObject { ["type"] = "video_url", ["video_url"] = new JsonObject { ["url"] = media.Name } }
            : new JsonObject { ["type"] = "image_url", ["image_url"] = new JsonObject { ["url"] = media.Name } };
        IEnumerable<Message> all = Instructions is null ? _messages : [new Message("system", Instructions), .. _messages];
        var saved = new JsonObject
        {
            ["model"] = Adapter ?? server.Name,
            ["seed"] = Seed,
            ["messages"] = new JsonArray([.. all.Select(message => (JsonNode)new JsonObject
            {
                ["role"] = message.Role,
                ["content"] = message.Parts.All(part => part.Media is null) ? message.Text : new JsonArray([.. message.Parts.Select(Part)]),
            })]),
        };
        AtomicFile.WriteText(path, saved.ToJsonString(Indented) + "\n");
        remarks.WriteLine($"Saved {path}.");
    }

    /// <summary>A file as terminals write it when it is dragged in: in quotes, with escaped blanks, or as an address.</summary>
    private static string? FileOf(string text)
    {
        var plain = text.Trim();
        string[] forms = [plain, plain.Trim('\'', '"'), plain.Replace("\\ ", " ", StringComparison.Ordinal), Uri.TryCreate(plain, UriKind.Absolute, out var uri) && uri.IsFile ? uri.LocalPath : plain];
        return plain.Length == 0 ? null : Array.Find(forms, File.Exists);
    }
}
