using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Praline.Inference;
using Praline.Models.Checkpoints;
using Praline.Server;

namespace Praline.Benchmarks;

/// <summary>
/// A server on loopback: requests one at a time, then so many at once, each with a text of its own; and a second question about what was asked before. The model has random
/// weights and the small captioner's tokenizer.
/// </summary>
internal static class ServeBenchmark
{
    internal static void Run(Arguments arguments) => RunAsync(arguments).GetAwaiter().GetResult();

    private static async Task RunAsync(Arguments arguments)
    {
        var (clients, prompt, tokens, each) = (arguments.Int("clients", 16), arguments.Int("prompt", 200), arguments.Int("tokens", 64), arguments.Int("each", 1));
        var folder = Directory.CreateTempSubdirectory("praline-serve-benchmark-").FullName;
        try
        {
            var name = BenchmarkModel.Write(arguments, folder);
            using var model = ModelServer.Load(folder, new LoadOptions(), new ModelServerOptions { MaxBatch = clients });
            await using var app = ApiServer.Build(model, new ServeOptions { Port = 0, ModelName = "m" });
            await app.StartAsync();
            using var client = new HttpClient { BaseAddress = ApiServer.AddressOf(app), Timeout = TimeSpan.FromMinutes(10) };
            await AskAsync(client, 0, prompt, 4); // what is compiled at first use
            var (first, total) = (new List<double>(), clients * each);
            var begun = Timing.Now();
            for (var i = 0; i < total; i++)
            {
                await AskAsync(client, 1000 + i, prompt, tokens);
            }

            var alone = Timing.Now() - begun;
            var before = model.Times;
            begun = Timing.Now();
            await Task.WhenAll(Enumerable.Range(0, clients).Select(async c =>
            {
                for (var i = 0; i < each; i++)
                {
                    var wait = await AskAsync(client, 2000 + (c * each) + i, prompt, tokens);
                    lock (first)
                    {
                        first.Add(wait);
                    }
                }
            }));
            var together = Timing.Now() - begun;
            var (read, again) = (model.PrefilledTokens, await AskAsync(client, 2000, prompt, tokens));
            var times = model.Times;
            var steps = times.Steps - before.Steps;
            Console.WriteLine($"serve: {total} requests of {prompt} characters, {tokens} new tokens each; {name}");
            Console.WriteLine($"  one at a time          {alone,8:F2} s   {total * tokens / alone,8:F0} tokens/s");
            Console.WriteLine($"  {clients,2} at once             {together,8:F2} s   {total * tokens / together,8:F0} tokens/s   {alone / together:F1} times");
            Console.WriteLine($"  first token            median {first.Order().ElementAt(first.Count / 2):F2} s, longest {first.Max():F2} s, with {clients} at once");
            Console.WriteLine($"  the same text again    {model.PrefilledTokens - read} prompt tokens computed, first token after {again:F3} s");
            Console.WriteLine(
                $"  a step of {(double)(times.Rows - before.Rows) / steps:F1} rows     products {(times.Products - before.Products).TotalMilliseconds / steps:F2} ms, "
                + $"attention {(times.Attention - before.Attention).TotalMilliseconds / steps:F2} ms, sampling {(times.Sampling - before.Sampling).TotalMilliseconds / steps:F2} ms");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>One streamed answer; the seconds to its first token.</summary>
    private static async Task<double> AskAsync(HttpClient client, int number, int prompt, int tokens)
    {
        var text = new StringBuilder($"{number} ");
        for (var i = 0; text.Length < prompt; i++)
        {
            text.Append((number * 31) + (i * i)).Append(' ');
        }

        // The end token is ruled out, so that all answers are equally long.
        var body = JsonSerializer.Serialize(new { model = "m", prompt = text.ToString(0, prompt), max_tokens = tokens, seed = number, stream = true, logit_bias = new Dictionary<string, int> { ["2"] = -100 } });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        var begun = Stopwatch.GetTimestamp();
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        await reader.ReadLineAsync();
        var first = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        await reader.ReadToEndAsync();
        return first;
    }
}
