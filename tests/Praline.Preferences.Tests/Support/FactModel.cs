using Praline.Data;
namespace Praline.Preferences.Tests;

/// <summary>
/// A captioner of <see cref="FactVideo"/>s: says the facts of its frames; when it draws at random it drops some, changes the colour of others and says some
/// twice. What it writes depends on frames, prompt and seed alone. A retrospective prompt makes it say fewer wrong things.
/// </summary>
internal sealed class FactModel(TimeSpan delay = default) : ICaptionModel
{
    private static readonly string[] Colours = ["red", "blue", "green", "yellow", "white"];
    private int _encoded;

    public string Fingerprint => "facts-1";

    /// <summary>How often a video or clip was encoded.</summary>
    public int Encoded => _encoded;

    public async Task<IVideoContext> EncodeAsync(VideoRequest video, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _encoded);
        await Task.Delay(delay, cancellation);
        var facts = FactVideo.Load(video.Path);
        var range = video.Range ?? new FrameRange(0, facts.Frames - 1);
        return new Context(facts, [.. facts.Facts.Where(f => f.Frame >= range.First && f.Frame <= range.Last).Select(f => f.Fact)]);
    }

    public Task<IReadOnlyList<Caption>> CaptionAsync(
        IReadOnlyList<CaptionRequest> requests, CaptionSettings settings, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<Caption>>([.. requests.Select(r => ((Context)r.Video).Write(r, settings))]);

    private sealed class Context(FactVideo video, IReadOnlyList<string> facts) : IVideoContext
    {
        public double Duration => video.Seconds;

        public void Dispose()
        {
        }

        public Caption Write(CaptionRequest request, CaptionSettings settings)
        {
            if (!settings.Sample)
            {
                return new Caption(Sentence(facts), false);
            }

            var random = new Random((int)request.Seed);
            var wrong = request.Prompt.Contains("first description", StringComparison.Ordinal) ? 0.25 : 0.4;
            var said = facts.Where(_ => random.NextDouble() > 0.2)
                .Select(f => random.NextDouble() < wrong ? Recolour(f, random) : f)
                .ToList();
            return new Caption(Sentence(said), random.NextDouble() < 0.05);
        }

        private static string Recolour(string fact, Random random)
        {
            var words = fact.Split(' ');
            words[1] = Colours[random.Next(Colours.Length)];
            return string.Join(' ', words);
        }

        private static string Sentence(IReadOnlyList<string> facts) =>
            facts.Count == 0 ? "" : string.Join(" ", facts.Select(f => char.ToUpperInvariant(f[0]) + f[1..] + "."));
    }
}
