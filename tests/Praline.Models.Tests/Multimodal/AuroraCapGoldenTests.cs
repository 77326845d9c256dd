using System.Globalization;
using Praline.Models.Checkpoints;
using Praline.Models.Multimodal;
using Praline.Testing;
using Praline.Torch;

namespace Praline.Models.Tests.Multimodal;

/// <summary>AuroraCap against the classes and helpers of the SynPO repository (tests/golden/auroracap, cases with a model).</summary>
public class AuroraCapGoldenTests
{
    public static TheoryData<string> Cases =>
        Golden.CaseNames("auroracap", folder => File.Exists(Path.Combine(folder, "config.json")));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Vision_equals_the_original_at_every_ratio_and_size(string name)
    {
        Assert.SkipWhen(Golden.IsNone(name), "this golden folder has no such case");

        using var golden = new GoldenCase("auroracap", name);
        foreach (var key in golden.ExpectedNames.Where(n => n.EndsWith(".merged_hidden", StringComparison.Ordinal)))
        {
            var ratio = key["ratio".Length..^".merged_hidden".Length];
            using var model = Open(golden, double.Parse(ratio, CultureInfo.InvariantCulture));
            var pixels = golden.Input("pixel_values");
            var states = model.VisualEncoder.Forward(pixels, model.TokenKeptRatio);
            var features = model.VisualEncoder.Features(pixels, -2, model.TokenKeptRatio);
            golden.Close(key, states.HiddenStates[^2]);
            golden.Close($"ratio{ratio}.visual_tokens", features);
            golden.Close($"ratio{ratio}.projected", model.EncodePixels(pixels));
            Assert.Equal(features.Size(1), model.VisualEncoder.TokenCount((int)pixels.Size(2), (int)pixels.Size(3), -2, model.TokenKeptRatio));
            foreach (var other in golden.ExpectedNames.Where(n => n.StartsWith($"ratio{ratio}.", StringComparison.Ordinal)))
            {
                var part = other[$"ratio{ratio}.".Length..];
                var actual = part switch
                {
                    "last_hidden_state" => states.LastHiddenState,
                    "pooler_output" => states.PoolerOutput,
                    _ when part.StartsWith("hidden_states.", StringComparison.Ordinal) => states.HiddenStates[int.Parse(part[14..])],
                    _ => null,
                };
                if (actual is not null)
                {
                    golden.Close(other, actual);
                }
            }
        }

        foreach (var key in golden.InputNames.Where(n => n.StartsWith("pixel_values_", StringComparison.Ordinal)))
        {
            var size = $"size{key["pixel_values_".Length..]}";
            using var model = Open(golden, golden.Meta().GetProperty(size).GetProperty("token_kept_ratio").GetDouble());
            var pixels = golden.Input(key);
            golden.Close($"{size}.position_embedding", model.VisualEncoder.PositionEmbedding((int)pixels.Size(2), (int)pixels.Size(3)));
            golden.Close($"{size}.visual_tokens", model.VisualEncoder.Features(pixels, -2, model.TokenKeptRatio));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Training_batch_loss_and_gradients_equal_the_original(string name)
    {
        Assert.SkipWhen(Golden.IsNone(name), "this golden folder has no such case");

        using var golden = new GoldenCase("auroracap", name);
        using var model = Open(golden, golden.Meta().GetProperty("token_kept_ratio_for_train").GetDouble());
        var (prompts, answers) = (Prompts(golden, model), Answers(golden));
        var repeated = answers.Select((_, i) => prompts[i % prompts.Count]).ToArray();
        var cut = PaddedPrompts.ForTraining(repeated, answers, model.Language.Embed, golden.Meta().GetProperty("truncated_max_length").GetInt32());
        golden.Close("train.truncated.inputs_embeds", cut.InputsEmbeds);
        golden.Same("train.truncated.attention_mask", cut.AttentionMask);
        golden.Same("train.truncated.labels", cut.Labels!);

        var batch = PaddedPrompts.ForTraining(repeated, answers, model.Language.Embed);
        golden.Close("train.inputs_embeds", batch.InputsEmbeds);
        golden.Same("train.attention_mask", batch.AttentionMask);
        golden.Same("train.labels", batch.Labels!);

        var parameters = model.Parameters(ModelPart.Language).ToDictionary();
        foreach (var parameter in parameters.Values)
        {
            parameter.RequiresGrad = true;
        }

        var embeds = batch.InputsEmbeds.Detach();
        embeds.RequiresGrad = true;
        var logits = model.Language.Logits(model.Language.Forward(embeds, Positions(batch.AttentionMask), batch.AttentionMask));
        var vocabulary = logits.Size(2);
        var real = batch.AttentionMask.ToArray<bool>().SelectMany(m => Enumerable.Repeat(m, (int)vocabulary)).ToArray();
        golden.Close("train.logits", logits, real);

        // The original's own definitions: log-probabilities of the labels after the one-step shift.
        var labels = batch.Labels!.Slice(1, 1);
        var mask = labels.Ne(-100);
        var weight = mask.To(DType.Float32);
        var logProbabilities = F.LogSoftmax(logits.Slice(1, 0, -1)).Gather(2, labels.MaskedFill(mask.LogicalNot(), 0).Unsqueeze(2)).Squeeze(2);
        var sums = (logProbabilities * weight).Sum([-1]);
        var lengths = weight.Sum([-1]);
        var means = sums / lengths;
        var meanProbability = (logProbabilities.Exp() * weight).Sum([-1]) / lengths;
        golden.Close("train.get_logps", sums);
        golden.Close("train.get_prob", means);
        golden.Close("train.get_prob2", meanProbability);
        var pairs = answers.Count / 2;
        golden.CloseLoss("train.sft_loss_chosen", -sums.Narrow(0, 0, pairs).Sum() / lengths.Narrow(0, 0, pairs).Sum());

        // SynPO: −σ(α (p̄(chosen) − p̄(rejected))) − β q̄(chosen)
        var settings = golden.Meta().GetProperty("synpo");
        var (alpha, beta) = (settings.GetProperty("alpha").GetDouble(), settings.GetProperty("beta").GetDouble());
        var bar = means.Exp();
        var gap = bar.Narrow(0, 0, pairs) - bar.Narrow(0, pairs, pairs);
        var loss = (-(gap * alpha).Sigmoid() - (meanProbability.Narrow(0, 0, pairs) * beta)).Mean();
        golden.CloseLoss("train.synpo_loss", loss);
        loss.Backward();
        golden.CloseGradients(key => key == "inputs_embeds" ? embeds : parameters.GetValueOrDefault(key));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Prompts_and_greedy_continuations_equal_the_original(string name)
    {
        Assert.SkipWhen(Golden.IsNone(name), "this golden folder has no such case");

        using var golden = new GoldenCase("auroracap", name);
        using var model = Open(golden, golden.Meta().GetProperty("token_kept_ratio_for_train").GetDouble());
        using var noGrad = NoGrad.Begin();
        var batch = PaddedPrompts.ForGeneration(Prompts(golden, model));
        golden.Close("infer.inputs_embeds", batch.InputsEmbeds);
        golden.Same("infer.attention_mask", batch.AttentionMask);

        var (embeds, mask) = (batch.InputsEmbeds, batch.AttentionMask);
        var ids = new List<Tensor>();
        for (var step = 0; step < golden.Expected("infer.greedy_new_ids").Size(1); step++)
        {
            var last = model.Language.Forward(embeds, Positions(mask), mask).Slice(1, -1);
            var next = model.Language.Logits(last).Argmax(-1); // [B, 1]
            ids.Add(next);
            embeds = Tensor.Cat([embeds, model.Language.Embed(next)], 1);
            mask = Tensor.Cat([mask, Tensor.Ones(next.Shape, DType.Bool)], 1);
        }

        golden.Same("infer.greedy_new_ids", Tensor.Cat([.. ids], 1));
    }

    private static AuroraCap Open(GoldenCase golden, double ratio) =>
        AuroraCap.Load(golden.Folder, new LoadOptions { TokenKeptRatio = ratio });

    private static List<Tensor> Prompts(GoldenCase golden, AuroraCap model)
    {
        var projected = model.EncodePixels(golden.Input("pixel_values")).Detach(); // [frames, tokens, D]
        var prompts = new List<Tensor>();
        var start = 0;
        foreach (var frames in golden.Meta().GetProperty("frames_per_video").EnumerateArray().Select(f => f.GetInt32()))
        {
            var features = new VisionFeatures(
                projected.Narrow(0, start, frames).Flatten(0, 1), [.. Enumerable.Repeat((int)projected.Size(1), frames)]);
            var ids = golden.Input($"prompt_ids.{prompts.Count}").ToArray<int>();
            prompts.Add(model.EmbedPrompt(new PromptTokens(ids), features).Embeddings);
            start += frames;
        }

        return prompts;
    }

    private static List<int[]> Answers(GoldenCase golden) =>
        [.. Enumerable.Range(0, golden.InputNames.Count(n => n.StartsWith("answer_ids.", StringComparison.Ordinal)))
            .Select(i => golden.Input($"answer_ids.{i}").ToArray<int>())];

    private static Tensor Positions(Tensor mask) => Tensor.Arange(0, mask.Size(1)).Unsqueeze(0).Expand(mask.Shape);
}
