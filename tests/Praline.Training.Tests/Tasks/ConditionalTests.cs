using Praline.Data;
using System.Text.Json;
using Praline.Media;
using Praline.Models.Multimodal;
using Praline.Testing;
using Praline.Torch;
using Praline.Training.Data;
using Praline.Training.Lora;
using Praline.Training.Tasks;

namespace Praline.Training.Tests.Tasks;

/// <summary>
/// Conditional training: a row's answers under its conditions are one example that shares all before the conditions, and the numbers are those of every
/// conditioned question with its answer as a sequence of its own, computed in the textbook way with the whole matrix of logits.
/// </summary>
public sealed class ConditionalTests : IDisposable
{
    private const string Question = "What moves where?";
    private static readonly string[] Texts = ["good ", "fair ", "bad ", Question, "A red square moves.", "It moves to the left.", "I know it.", "USER: system You are a helpful assistant. ASSISTANT:"];
    private readonly string _folder = Directory.CreateTempSubdirectory("praline-conditional-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("qwen", "float64", 1e-10)]
    [InlineData("qwen", "float32", 1e-5)]
    [InlineData("llama", "float64", 1e-10)]
    [InlineData("llama", "float32", 1e-5)]
    [InlineData("image last", "float64", 1e-10)] // behind the condition: nothing is shared but a conversation's first turn
    public void Sharing_the_beginning_equals_separate_sequences(string family, string type, double tolerance)
    {
        using var scope = new TensorScope();
        using var world = new TinyWorld(2);
        var options = Options(family, type, world);
        using var model = ModelSetup.Load(options);
        using var trained = ModelSetup.Prepare(model, options);
        trained.Adapter!.WithRandomB();
        var task = Assert.IsType<SupervisedTask>(new TaskBuilder(options, model, trained, new(Path.Combine(_folder, "run")), null, default).Build());
        var last = family == "image last";
        Assert.Equal(last ? [1, 1, 1, 2, 1, 1, 1] : [3, 2, 2, 1], task.Examples.Select(e => e.Packed.Responses.Count));

        int[] all = [.. Enumerable.Range(0, task.Examples.Count)];
        var result = task.Backward(all, all, 1);
        var gradients = TinyExamples.Gradients(trained);
        var expected = Separately(model, trained, options);
        Assert.Equal(expected.Loss, result.Loss, tolerance);
        Assert.Equal(expected.Loss, task.Evaluate(default)["loss"], tolerance);
        foreach (var (name, value) in expected.Logged)
        {
            Assert.Equal(value, result.Metrics.Means().ToDictionary()[name], 10 * tolerance);
        }

        Assert.Equal(expected.Gradients.Keys.Order(), gradients.Keys.Order());
        foreach (var (name, gradient) in expected.Gradients)
        {
            Close.Equal(gradient, gradients[name], tolerance, 1e3 * tolerance, name);
        }

        using var noGrad = NoGrad.Begin();
        var (hidden, _, lengths, computed) = trained.Forward(task.Examples);
        Close.Equal(expected.Logits.Detach(), model.Language.Logits(hidden), tolerance, 1e3 * tolerance, "logits");
        Assert.Equal(task.ExampleLengths.Sum(), computed);
        Assert.Equal(expected.Logits.Size(0), lengths.Sum());
        Assert.True(computed < (last ? 1 : 0.75) * expected.Tokens, $"{computed} of {expected.Tokens}");
    }

    /// <summary>Each answer with its own question has to fit; together they may be longer.</summary>
    [Fact]
    public void The_longest_path_has_to_fit()
    {
        using var scope = new TensorScope();
        using var world = new TinyWorld(2);
        var options = Options("llama", "float32", world);
        using var model = ModelSetup.Load(options);
        using var trained = ModelSetup.Prepare(model, options);
        ExampleBuilder Builder(int most) => new(options with { MaxLength = most }, model, trained, null, default);
        List<ExampleText> Read() => ConditionedRows.Together(Builder(100).Read(options.DatasetPath, sample => [sample.Conditional()]));
        var examples = Builder(1000).Build(Read()).Examples;
        var longest = examples.Max(trained.LongestSequence);
        Assert.True(longest < examples.Max(trained.LengthOf));
        Assert.Equal(examples.Count, Builder(longest).Build(Read()).Examples.Count);
        Assert.Contains($"at most max_length ({longest - 1}) tokens in prompt and longest response, found {longest} tokens", Assert.Throws<PralineException>(() => Builder(longest - 1).Build(Read())).Message);
    }

    /// <summary>Answers before the condition that are learnt too end what is shared: each sequence learns its own.</summary>
    [Fact]
    public void Learnt_turns_before_the_condition_count_under_every_condition()
    {
        using var scope = new TensorScope();
        using var world = new TinyWorld(2);
        var options = Options("llama", "float32", world) with { LearnTurns = ["all"] };
        var rows = Path.Combine(_folder, "turns.jsonl");
        File.WriteAllText(rows, Row("turns", new { preferred = "A red square moves.", rejected = "I know it." }, Media("llama", 0), history: true) + "\n");
        using var model = ModelSetup.Load(options);
        using var trained = ModelSetup.Prepare(model, options);
        var builder = new ExampleBuilder(options, model, trained, null, default);
        var example = Assert.Single(builder.Build(builder.Read(rows, sample => [sample.Conditional()])).Examples);
        int[] first = model.TokenizeAnswer("It moves to the left.");
        string[] last = ["A red square moves.", "I know it."];
        foreach (var (response, answer) in example.Packed.Responses.Zip(last))
        {
            Assert.Equal([.. first, .. model.TokenizeAnswer(answer)], response.Ids.Where((_, t) => response.Counted![t]));
        }
    }

    [Fact]
    public void Rows_of_one_answer_come_together_by_medium_and_question()
    {
        ExampleText Row(string id, string image, string condition, string question = "What?", params Turn[] history) => new(
            new Sample
            {
                Id = id,
                Source = default,
                Turns = [.. history, new Turn(Role.User, [new Part.Medium(MediaReference.Image(image)), new Part.Text(question)])],
                Answers = [],
            },
            [new Answer($"answer {id}") { Condition = condition }]);
        var together = ConditionedRows.Together(
        [
            Row("a", "1.png", "preferred"), Row("b", "1.png", "preferred"), Row("c", "2.png", "rejected"), Row("d", "1.png", "rejected", "Where?"),
            Row("e", "1.png", "rejected"), Row("f", "1.png", "rejected"), Row("g", "1.png", "fair"), Row("h", "1.png", "rejected", "What?", new Turn(Role.User, "Who?"), new Turn(Role.Assistant, "He.")),
        ]);
        Assert.Equal(["a + e + g", "b + f", "c", "d", "h"], together.Select(row => row.Id));
        Assert.Equal(["preferred", "rejected", "fair"], together[0].Conditions!);
        Assert.Equal(["answer a", "answer e", "answer g"], together[0].Answers.Select(answer => answer.Text));
    }

    /// <summary>Three levels in one row, a pair, two rows that belong together, an answer alone: eight answers.</summary>
    private TrainOptions Options(string family, string type, TinyWorld world)
    {
        var data = Path.Combine(_folder, "data.jsonl");
        var random = new Random(3);
        foreach (var (i, size) in new[] { (56, 84), (84, 56) }.Index())
        {
            var image = new RgbImage(size.Item1, size.Item2);
            random.NextBytes(image.Pixels);
            ImageFile.WritePng(Path.Combine(_folder, $"{i}.png"), image);
            File.Copy(Path.Combine(world.Data, $"v{i}.mp4"), Path.Combine(_folder, $"v{i}.mp4"), overwrite: true);
        }

        File.WriteAllLines(data,
        [
            Row("three", new { preferred = "A red square moves.", fair = "It moves to the left.", rejected = "I know it." }, Media(family, 0)),
            Row("pair", new { preferred = "It moves to the left.", rejected = "A red square moves to the left." }, Media(family, 1), history: true),
            Row("good", new { preferred = "It moves." }, Media(family, 1)),
            Row("bad", new { rejected = "I know." }, Media(family, 1)),
            Row("alone", new { fair = "A red square." }, null),
        ]);
        return new TrainOptions
        {
            Method = "crl",
            PretrainedPth = family == "llama" ? world.Model : TinyQwen.Write(Path.Combine(_folder, "model"), Texts, family == "image last" ? "{% for m in messages %}{% if m.role == 'user' %}{% for part in m.content | reverse %}{{ part.text if part.type == 'text' else '<|image_pad|>' }}{% endfor %}|{% else %}{{ m.content[0].text + eos_token }}{% endif %}{% endfor %}" : null),
            FromScratch = family == "llama",
            TorchDtype = type,
            DatasetPath = data,
            EvalDatasetPath = data,
            DirPath = _folder,
            Conditions = new() { Texts = new Dictionary<string, string> { ["preferred"] = "good ", ["fair"] = "fair ", ["rejected"] = "bad " } },
            Frames = new FrameSampling { MinFrames = 2, MaxFrames = 2 },
            Lora = new LoraConfig { R = 4, LoraAlpha = 8, LoraDropout = 0 },
        };
    }

    private static string Media(string family, int number) => family == "llama" ? $"v{number}.mp4" : $"{number}.png";

    private static string Row(string id, object answers, string? media, bool history = false)
    {
        object[] before = history ? [new { from = "human", value = "Who?" }, new { from = "gpt", value = "It moves to the left." }] : [];
        object[] turns = [.. before, new { from = "human", value = Question }, new { from = "gpt", value = answers }];
        return media is null ? JsonSerializer.Serialize(new { id, conversations = turns })
            : media.EndsWith("mp4", StringComparison.Ordinal) ? JsonSerializer.Serialize(new { id, video = media, conversations = turns })
            : JsonSerializer.Serialize(new { id, image = media, conversations = turns });
    }

    /// <summary>Every conditioned question with its answer as a sequence of its own: logits everywhere, cross-entropy at the answer.</summary>
    private static Expected Separately(VisionLanguageModel model, TrainedModel trained, TrainOptions options)
    {
        var (logits, logProbs, tokens) = (new List<Tensor>(), new List<Tensor>(), 0);
        var logged = new Dictionary<string, List<double>> { ["logps/chosen"] = [], ["logps/rejected"] = [] };
        var samples = DataSet.Open(options.DatasetPath, new DataOptions { MediaFolder = options.DirPath }).Samples();
        foreach (var row in samples.Select(sample => new ExampleText(sample, sample.Conditional())))
        {
            var features = row.Media.Count == 0 ? null : trained.Vision!.Features(row.Media)[0];
            foreach (var (condition, answer) in row.Conditions!.Zip(row.Answers.Select(a => a.Text)))
            {
                var question = options.Conditions.Texts[condition] + Question;
                List<int> ids = [];
                foreach (var turn in row.Sample.Turns.SkipLast(1).Chunk(2))
                {
                    ids.AddRange([.. model.BuildPrompt(turn[0].Text, features).Ids, .. model.TokenizeAnswer(turn[1].Text)]);
                }

                ids.AddRange(model.BuildPrompt(question, row.Sample.Turns.Count == 1 ? features : null).Ids);
                int[] response = model.TokenizeAnswer(answer);
                var whole = model.EmbedPrompt(new PromptTokens([.. ids, .. response]), features);
                var positions = whole.PositionIds?.Unsqueeze(1) ?? Tensor.Arange(0, whole.Length).Unsqueeze(0);
                var all = model.Language.Logits(model.Language.Forward(whole.Embeddings.Unsqueeze(0), positions)).Select(0, 0);
                logits.Add(all.Narrow(0, whole.Length - response.Length - 1, response.Length));
                logProbs.Add(F.LogSoftmax(logits[^1]).Gather(1, Tensor.From<long>([.. response.Select(id => (long)id)]).Unsqueeze(1)).Squeeze(1));
                tokens += (int)whole.Length - 1;
                if (condition != "fair")
                {
                    logged[condition == "preferred" ? "logps/chosen" : "logps/rejected"].Add(logProbs[^1].Sum().Item<double>());
                }
            }
        }

        var loss = -Tensor.Cat([.. logProbs]).Mean();
        loss.Backward();
        return new Expected(
            loss.Item<double>(), TinyExamples.Gradients(trained), Tensor.Cat([.. logits]), logged.ToDictionary(l => l.Key, l => l.Value.Average()), tokens);
    }

    private sealed record Expected(double Loss, Dictionary<string, Tensor> Gradients, Tensor Logits, Dictionary<string, double> Logged, int Tokens);
}
