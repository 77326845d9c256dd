using System.Diagnostics;
using System.Text.Json;
using Praline.Models.Generation;
using Praline.Torch;
using Praline.Training.Runs;

namespace Praline.Training.Benchmarks;

/// <summary>
/// Candidates on a device: n=10 for each of prompts=16, new-tokens=256 each, sampled. Prints one line of JSON with tokens per second, the
/// prefill included.
/// </summary>
internal static class GpuGenerateBenchmark
{
    public static int Run(Settings settings)
    {
        using var subject = new GpuSubject(settings, adapter: false);
        var (prompts, n, length) = (settings.Whole("prompts", 16), settings.Whole("n", 10), settings.Whole("new-tokens", 256));
        var options = new GenerationOptions
        {
            DoSample = true,
            Temperature = 1,
            TopP = settings.Number("top-p", 0.9),
            TopK = 0,
            MaxNewTokens = length,
            MinNewTokens = 0,
            EosTokenIds = [],
        };
        using var noGrad = NoGrad.Begin();
        using var scope = new TensorScope();
        var requests = Enumerable.Range(0, prompts).Select(i => new GenerationRequest
        {
            PromptEmbeddings = Tensor.Cat([subject.Features.Tokens, subject.Language.Embed(Tensor.From<long>([.. Enumerable.Range(3, subject.Text).Select(k => (long)(i + k))]).To(subject.Device))]),
            Options = options,
            Seeds = [.. Enumerable.Range(0, n).Select(k => (ulong)k)],
            Name = $"prompt {i}",
        }).ToArray();
        var generator = new TextGenerator(subject.Language, settings.Whole("batch", prompts * n));
        generator.Generate([requests[0] with { Options = options with { MaxNewTokens = 4 } }]); // warm-up
        TorchRuntime.Synchronize();
        var start = Stopwatch.GetTimestamp();
        var tokens = generator.Generate(requests).Sum(sequences => sequences.Sum(s => s.TokenIds.Length));
        TorchRuntime.Synchronize();
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            section = "generate",
            formulation = "praline",
            model = subject.Name,
            prompts,
            n,
            tokens,
            seconds,
            tokens_per_second = tokens / seconds,
            peak_bytes = subject.Device.Type == DeviceType.Cuda ? CudaDevice.Memory(subject.Device.Index).PeakAllocated : ProcessMemory.Peak,
        }));
        return 0;
    }
}
