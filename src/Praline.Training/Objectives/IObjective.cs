namespace Praline.Training.Objectives;

/// <summary>Something to train on, by name.</summary>
public interface IObjective
{
    /// <summary>The name on the command line and in configs, such as <c>synpo</c>.</summary>
    string Name { get; }

    /// <summary>What it needs beyond the policy's log-probabilities.</summary>
    Requirements Requirements { get; }
}
