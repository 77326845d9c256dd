using Praline.Models.Multimodal;
using Praline.Torch;

namespace Praline.Training.Benchmarks;

/// <summary>
/// A step as the papers' scripts take it: both answers behind their own copies of the prompt in one padded batch, single precision logits at
/// every position, log-softmax and softmax over all of them; for DPO a second pass without the adapter; for conditional training one sequence after the
/// other, as MACAROON's batches of one. Typed from the description of the published code; it runs on the same libtorch and the same model.
/// </summary>
internal sealed class PapersFormulation(Subject subject)
{
    public void SynPo()
    {
        using var scope = new TensorScope();
        var (logits, labels) = Forward(Both());
        var (logProb, prob) = (MeanLogProb(logits, labels), MeanProb(logits, labels));
        var gap = logProb.Select(0, 0).Exp() - logProb.Select(0, 1).Exp();
        (-(gap * 30).Sigmoid() - (prob.Select(0, 0) * 0.2)).Backward();
        subject.Update();
    }

    public void Dpo()
    {
        using var scope = new TensorScope();
        Tensor reference;
        using (NoGrad.Begin())
        using (subject.Model.WithoutAdapter())
        {
            var (plain, plainLabels) = Forward(Both());
            reference = SumLogProb(plain, plainLabels);
        }

        var (logits, labels) = Forward(Both());
        var ratio = SumLogProb(logits, labels) - reference;
        (-((ratio.Select(0, 0) - ratio.Select(0, 1)) * 0.1).LogSigmoid()).Backward();
        subject.Update();
    }

    public void Crl()
    {
        using var scope = new TensorScope();
        foreach (var (prompt, answer) in subject.Conditioned.Zip([subject.Chosen, subject.Rejected]))
        {
            using var row = new TensorScope();
            var (logits, labels) = Forward(Padded(prompt, [answer]));
            (-MeanLogProb(logits, labels).Sum() / 2).Backward();
        }

        subject.Update();
    }

    /// <summary>train_synpo_check.py: three forward and three backward passes, of the chosen, of the rejected, of both.</summary>
    public void ProfileSynPo()
    {
        using var scope = new TensorScope();
        foreach (var answer in new[] { subject.Chosen, subject.Rejected })
        {
            using var side = new TensorScope();
            var (logits, labels) = Forward(Padded(subject.Prompt, [answer]));
            MeanLogProb(logits, labels).Exp().Sum().Backward();
            Norm();
        }

        var (all, allLabels) = Forward(Both());
        var (logProb, prob) = (MeanLogProb(all, allLabels), MeanProb(all, allLabels));
        var gap = logProb.Select(0, 0).Exp() - logProb.Select(0, 1).Exp();
        (-(gap * 30).Sigmoid() - (prob.Select(0, 0) * 0.2)).Backward();
        subject.Update();
    }

    private void Norm()
    {
        using var noGrad = NoGrad.Begin();
        _ = Tensor.Cat([.. subject.Adapter.Parameters.Values.Select(p => p.Grad!.Reshape(-1))]).Norm().Item<float>();
        subject.Optimizer.ZeroGrad();
    }

    private PaddedPrompts Both() => Padded(subject.Prompt, [subject.Chosen, subject.Rejected]);

    private PaddedPrompts Padded(PromptTokens tokens, IReadOnlyList<int>[] answers)
    {
        using var noGrad = NoGrad.Begin();
        var prompt = PromptAssembly.Embed(tokens, subject.Language.Embed, Device.Cpu, subject.Features);
        return PaddedPrompts.ForTraining([.. answers.Select(_ => prompt)], answers, subject.Language.Embed);
    }

    private (Tensor Logits, Tensor Labels) Forward(PaddedPrompts batch)
    {
        var (rows, length) = (batch.InputsEmbeds.Size(0), batch.InputsEmbeds.Size(1));
        batch.InputsEmbeds.RequiresGrad = NoGrad.IsGradEnabled; // as the scripts set it
        var positions = Tensor.Arange(0, length).Unsqueeze(0).Expand(rows, length);
        var hidden = subject.Language.Forward(batch.InputsEmbeds, positions, batch.AttentionMask);
        var shifted = F.Pad(batch.Labels!, [0, 1], -100).Narrow(1, 1, length);
        return (subject.Language.Logits(hidden), shifted);
    }

    private static Tensor Gathered(Tensor values, Tensor labels) =>
        values.Gather(2, labels.MaskedFill(labels.Eq(-100), 0).Unsqueeze(2)).Squeeze(2) * labels.Ne(-100).To(DType.Float32);

    private static Tensor SumLogProb(Tensor logits, Tensor labels) => Gathered(F.LogSoftmax(logits), labels).Sum([-1]);

    private static Tensor MeanLogProb(Tensor logits, Tensor labels) => SumLogProb(logits, labels) / labels.Ne(-100).Sum([-1]);

    private static Tensor MeanProb(Tensor logits, Tensor labels) => Gathered(F.Softmax(logits), labels).Sum([-1]) / labels.Ne(-100).Sum([-1]);
}
