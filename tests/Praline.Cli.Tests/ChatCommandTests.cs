using System.Diagnostics;
using System.Text.Json;
using Praline.Testing;

namespace Praline.Cli.Tests;

/// <summary><c>praline chat</c> as a process of its own, with the model that ships: what is typed and what comes.</summary>
public sealed class ChatCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_conversation_with_a_video_is_answered_again_with_its_seed_and_saved()
    {
        Assert.Equal(0, PralineProcess.Run("world", "--out", _folder.Path, "--videos", "1", "--frames", "1").ExitCode);
        var (video, saved) = (_folder["videos", "train-000000.mp4"], _folder["talk.json"]);
        using var chat = new Conversation("--seed", "3", "--max-new-tokens", "30");
        await chat.SayAsync($"/video {video}", "frames");
        var first = await chat.AskAsync("Describe the video in detail.");
        Assert.True(first.Length > 10);
        await chat.SendAsync("/retry");
        Assert.Equal(first, await chat.AnswerAsync());
        await chat.SayAsync("/seed 4", "Seed 4.");
        await chat.SendAsync("/retry");
        Assert.NotEqual(first, await chat.AnswerAsync());
        await chat.SayAsync($"'{_folder["frames", "train-000000.png"]}'", "is shown with the next question");
        await chat.SayAsync("/system Be short.", "Instructions set.");
        await chat.AskAsync("And this?");
        await chat.SayAsync("/colour red", "There is no command /colour");
        await chat.SayAsync("/adapter on", "There is no adapter");
        await chat.SayAsync("/image nothing.png", "There is no file nothing.png");
        await chat.SayAsync("/help", "/adapter on|off|NAME");
        await chat.SayAsync($"/save {saved}", "Saved");
        await chat.SendAsync("/quit");
        Assert.Equal(0, await chat.EndAsync());

        var messages = JsonDocument.Parse(await File.ReadAllTextAsync(saved)).RootElement.GetProperty("messages").EnumerateArray().ToList();
        Assert.Equal(["system", "user", "assistant", "user", "assistant"], messages.Select(m => m.GetProperty("role").GetString()));
        Assert.Equal(video, messages[1].GetProperty("content")[0].GetProperty("video_url").GetProperty("url").GetString());
    }

    [Fact]
    public async Task Ctrl_C_stops_the_answer_and_not_the_program()
    {
        using var chat = new Conversation("--temperature", "1.9", "--top-p", "1", "--max-new-tokens", "1900");
        await chat.SendAsync("Tell me a very long story.");
        await chat.WaitForOutputAsync();
        chat.Interrupt();
        await chat.ReadRemarkAsync("[stopped]");
        await chat.AnswerAsync();
        chat.Interrupt();
        await chat.ReadRemarkAsync("/quit or Ctrl+D leaves.");
        await chat.SayAsync("/seed 1", "Seed 1.");
        chat.CloseInput();
        Assert.Equal(0, await chat.EndAsync());
    }

    private sealed class Conversation : IDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
        private readonly Process _process;

        internal Conversation(params string[] options)
        {
            _process = Process.Start(new ProcessStartInfo("dotnet", [PralineProcess.Program, "chat", "--model", "small-captioner", .. options])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }

        internal Task SendAsync(string line) => _process.StandardInput.WriteLineAsync(line).ContinueWith(_ => _process.StandardInput.Flush(), TaskScheduler.Default);

        internal async Task<string> AskAsync(string line)
        {
            await SendAsync(line);
            return await AnswerAsync();
        }

        internal async Task<string> AnswerAsync() => (await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience))!;

        internal async Task WaitForOutputAsync() => Assert.Equal(1, await _process.StandardOutput.ReadAsync(new char[1]).AsTask().WaitAsync(Patience));

        internal async Task SayAsync(string line, string expected)
        {
            await SendAsync(line);
            await ReadRemarkAsync(expected);
        }

        internal async Task ReadRemarkAsync(string expected)
        {
            while (true)
            {
                var line = await _process.StandardError.ReadLineAsync().WaitAsync(Patience);
                Assert.True(line is not null, $"'{expected}' did not come.");
                if (line.Contains(expected, StringComparison.Ordinal))
                {
                    return;
                }
            }
        }

        internal void Interrupt()
        {
            using var kill = Process.Start("kill", ["-INT", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            kill.WaitForExit();
        }

        internal void CloseInput() => _process.StandardInput.Close();

        internal async Task<int> EndAsync()
        {
            await _process.WaitForExitAsync().WaitAsync(Patience);
            return _process.ExitCode;
        }

        public void Dispose()
        {
            if (!_process.HasExited)
            {
                _process.Kill(entireProcessTree: true);
            }

            _process.Dispose();
        }
    }
}
