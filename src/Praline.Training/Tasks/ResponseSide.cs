namespace Praline.Training.Tasks;

/// <summary>Which side of a preference a response is on, for profiling.</summary>
public enum ResponseSide
{
    /// <summary>The better responses: chosen, desirable, the best of a ranking, under the first condition.</summary>
    Chosen,

    /// <summary>The worse ones: rejected, undesirable, a ranking's other responses, under the last condition.</summary>
    Rejected,

    /// <summary>Others: under a condition between the two, or looked at without being learnt.</summary>
    Neither,
}
