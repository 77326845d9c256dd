using System.Globalization;
using Praline.Models.Language;
using Praline.Torch;
using Praline.Training.LogProbs;
using Praline.Training.Packing;

namespace Praline.Training.Benchmarks;

/// <summary>Where a SynPO step's time goes, and what share of the machine's matrix-multiplication speed it reaches.</summary>
internal static class TrainStepParts
{
    public static int Run(Settings settings)
    {
        using var subject = new Subject(settings);
        var rounds = settings.Whole("rounds", 3);
        var ceiling = Ceiling(settings, rounds);
        var tokens = subject.Visual + subject.Text;
        var total = Time(settings, rounds, () => Body(subject, tokens, [subject.Answer - 1, subject.Answer - 1]));
        var prompt = Time(settings, rounds, () => Body(subject, tokens, []));
        var stream = Time(settings, rounds, () => PackedStream.Build(subject.Language, [subject.Example.Packed], [subject.Features]));
        var head = Time(settings, rounds, () => Head(subject));
        Gradients(subject);
        var optimizer = Time(settings, rounds, () => { subject.Update(); Gradients(subject); }) - Time(settings, rounds, () => Gradients(subject));
        var flops = Flops(subject);
        var sum = total + stream + head + optimizer;
        Print("vision (cached features into the stream)", stream, sum);
        Print("prompt, forward and backward", prompt, sum);
        Print("responses, forward and backward", total - prompt, sum);
        Print("head, forward and backward", head, sum);
        Print("optimizer", optimizer, sum);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{flops / 1e9:0} GFLOP in {sum:0.000} s: {flops / sum / 1e9:0.0} GFLOP/s, {100 * flops / sum / ceiling:0.0} % of the {ceiling / 1e9:0.0} GFLOP/s that a matrix product reached in this run"));
        return 0;
    }

    private static void Print(string part, double seconds, double sum) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{part,-45} {seconds,8:0.000} s {100 * seconds / sum,5:0.0} %"));

    private static double Time(Settings settings, int rounds, Action action)
    {
        var best = double.MaxValue;
        for (var i = 0; i <= rounds; i++)
        {
            using var scope = new TensorScope();
            var start = TrainStepWorker.Now(settings);
            action();
            best = i == 0 ? best : Math.Min(best, TrainStepWorker.Now(settings) - start);
        }

        return best;
    }

    private static void Body(Subject subject, int prompt, int[] responses)
    {
        var layout = new PackedLayout(new SequenceTree(prompt, responses));
        var hidden = subject.Language.ForwardPacked(Tensor.Full([layout.Length, subject.Config.HiddenSize], 0.01), layout);
        hidden.Backward(hidden.OnesLike());
        subject.Optimizer.ZeroGrad();
    }

    private static void Head(Subject subject)
    {
        var hidden = Tensor.Full([2 * subject.Answer, subject.Config.HiddenSize], 0.01);
        hidden.RequiresGrad = true;
        var targets = Tensor.From<long>([.. subject.Chosen.Concat(subject.Rejected).Select(id => (long)id)]);
        var answers = AnswerLogProbs.Forward(subject.Language.LmHead, hidden, targets);
        answers.LogProb.Sum().Backward();
        answers.Backward();
    }

    private static void Gradients(Subject subject)
    {
        foreach (var parameter in subject.Adapter.Parameters.Values)
        {
            parameter.Grad = parameter.OnesLike();
        }
    }

    /// <summary>
    /// Multiplications and additions of the products that a step needs: forward, backward into the inputs, and for the adapter backward into
    /// its weights; attention over the keys that are seen; the head at answers only.
    /// </summary>
    private static double Flops(Subject subject)
    {
        var (config, answer) = (subject.Config, subject.Answer);
        double prompt = subject.Visual + subject.Text, tokens = prompt + (2 * (answer - 1));
        double d = config.HiddenSize, inner = config.IntermediateSize, r = subject.Adapter.Config.R;
        var weights = (4 * d * d) + (3 * d * inner);
        var adapter = r * ((8 * d) + (3 * (d + inner)));
        var keys = (prompt * prompt / 2) + (2 * (answer - 1) * (prompt + (answer / 2.0)));
        var perLayer = (tokens * ((2 * weights) + (3 * adapter))) + (keys * d * 2 * 3);
        var head = 2.0 * answer * config.VocabSize * d * 2;
        return 2 * ((config.NumHiddenLayers * perLayer) + head);
    }

    /// <summary>FLOP/s of a plain product of matrices of a step's size.</summary>
    private static double Ceiling(Settings settings, int rounds)
    {
        const int M = 1600, K = 1024, N = 1024;
        using var scope = new TensorScope();
        var (a, b) = (Tensor.Randn([M, K]), Tensor.Randn([K, N]));
        var seconds = Time(settings, Math.Max(rounds, 5), () => a.MatMul(b));
        return 2.0 * M * K * N / seconds;
    }
}
