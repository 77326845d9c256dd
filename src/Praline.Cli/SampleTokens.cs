using Praline.Json;
using Praline.Data;
using Praline.Media;
using Praline.Models.Checkpoints;
using Praline.Models.Multimodal;
using Praline.Preferences;
using Praline.Training.Data;
using Praline.Training.Packing;

namespace Praline.Cli;

/// <summary>A sample's tokens as training will have them: the prompt with its visual tokens, and the answers. No video is decoded.</summary>
internal sealed class SampleTokens : IDisposable
{
    private readonly VisionLanguageModel _model;
    private readonly FrameSampling _sampling;
    private readonly SampleTokenizer _tokenizer;
    private readonly Dictionary<string, IReadOnlyList<int>> _counts = new(StringComparer.Ordinal);

    public SampleTokens(string modelFolder, LoadOptions options, FrameSampling sampling)
    {
        (_model, _sampling) = (VisionLanguageModel.Load(modelFolder, options), sampling);
        _tokenizer = new SampleTokenizer(_model, Counts);
    }

    /// <summary>Visual tokens, and tokens of the prompt with the longest answer.</summary>
    /// <exception cref="PralineException">The model has no place for something in the row.</exception>
    public (int Visual, int Total) Count(Sample sample)
    {
        int[] visual = [.. MediaSet.Of(sample.Media).SelectMany(Counts)];
        return (visual.Sum(), sample.Answers.Max(answer =>
            new PromptTokens(_tokenizer.Sequence(sample, answer with { Condition = null }).Ids).LengthWith(visual)));
    }

    /// <summary>The ids of each answer after its prompt, and what they are in text.</summary>
    public IEnumerable<string> Show(Sample sample)
    {
        int[] visual = [.. MediaSet.Of(sample.Media).SelectMany(Counts)];
        foreach (var (i, answer) in sample.Answers.Index())
        {
            var sequence = _tokenizer.Sequence(sample, answer with { Condition = null });
            if (i == 0)
            {
                yield return $"prompt: {Ids(sequence.Ids.Take(sequence.Given), visual)}";
                yield return $"        {Text(sequence.Ids.Take(sequence.Given))}";
            }

            yield return $"answer {i + 1}: {Ids(sequence.Ids.Skip(sequence.Given), [])}";
            yield return $"        {Text(sequence.Ids.Skip(sequence.Given))}";
        }
    }

    public void Dispose() => _model.Dispose();

    private static string Ids(IEnumerable<int> ids, int[] visual)
    {
        var image = 0;
        return string.Join(' ', ids.Select(id => id == PromptTokens.ImageToken ? $"[{visual[image++]} visual tokens]" : $"{id}"));
    }

    /// <summary>The tokens as text, special ones too, in JSON's spelling: white space is seen.</summary>
    private string Text(IEnumerable<int> ids)
    {
        var text = string.Join("", Runs(ids).Select(run => run is null ? VisionLanguageModel.ImageMark : _model.Tokenizer.Decode(run, skipSpecialTokens: false)));
        return JsonText.Quote(text);
    }

    private static IEnumerable<int[]?> Runs(IEnumerable<int> ids)
    {
        var run = new List<int>();
        foreach (var id in ids)
        {
            if (id != PromptTokens.ImageToken)
            {
                run.Add(id);
                continue;
            }

            yield return [.. run];
            yield return null;
            run.Clear();
        }

        yield return [.. run];
    }

    // A file that can't be decoded has no tokens here: training tells of it by name.
    private IReadOnlyList<int> Counts(MediaSet media)
    {
        if (!_counts.TryGetValue(media.Key, out var counts))
        {
            try
            {
                counts = media.IsVideo ? OfVideo(media.Items[0]) : _model.CountTokens([.. media.Items.Select(item => item.ImageSize())]);
            }
            catch (Exception error) when (Host.IsUsers(error))
            {
                counts = [.. media.Items.Select(_ => 0)];
            }

            _counts[media.Key] = counts;
        }

        return counts;
    }

    private IReadOnlyList<int> OfVideo(MediaReference media)
    {
        using var video = media.OpenVideo(maxThreads: 1);
        var frames = _sampling.Choose(video.Info, media.Range is { } range ? (range.First, range.Last) : null);
        return _model.CountTokens([.. frames.Select(_ => (video.Info.Height, video.Info.Width))], MediaKind.Video);
    }
}
