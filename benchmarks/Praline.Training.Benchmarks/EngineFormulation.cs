using Praline.Torch;
using Praline.Training.Objectives;
using Praline.Training.Tasks;

namespace Praline.Training.Benchmarks;

/// <summary>The same steps through the engine's own tasks.</summary>
internal sealed class EngineFormulation : IDisposable
{
    private readonly Subject _subject;
    private readonly PreferenceTask _synPo;
    private readonly PreferenceTask _dpo;
    private readonly SupervisedTask _crl;
    private readonly ProfilingTask _profile;
    private readonly ReferenceLogProbs _reference;

    public EngineFormulation(Subject subject)
    {
        _subject = subject;
        _reference = ReferenceLogProbs.Get(subject.Model, [subject.Example]);
        _synPo = new PreferenceTask(subject.Model, (PairObjective)ObjectiveRegistry.Create("synpo"), [subject.Example]);
        _dpo = new PreferenceTask(subject.Model, (PairObjective)ObjectiveRegistry.Create("dpo"), [subject.Example], _reference);
        _crl = new SupervisedTask(subject.Model, [subject.ConditionedExample], sides: [[ResponseSide.Chosen, ResponseSide.Rejected]]);
        _profile = new ProfilingTask(_synPo);
    }

    public void SynPo() => Step(_synPo);

    public void Dpo() => Step(_dpo);

    public void Crl() => Step(_crl);

    public void ProfileSynPo()
    {
        Step(_profile);
        _profile.EndStep();
    }

    public void Dispose()
    {
        _profile.Dispose();
        _reference.Dispose();
    }

    private void Step(TrainingTask task)
    {
        using var scope = new TensorScope();
        task.Backward([0], [0], 1);
        _subject.Update();
    }
}
