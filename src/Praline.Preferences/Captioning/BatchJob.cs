using Praline.Models.Generation;

namespace Praline.Preferences;

/// <summary>Something that a <see cref="RunningBatch"/> is asked for: a request to decode, or other work on its thread.</summary>
/// <param name="build">Makes the request; null for other work.</param>
/// <param name="work">The other work.</param>
/// <param name="cancellation">When nobody wants it any more.</param>
internal sealed class BatchJob(Func<GenerationRequest>? build, Func<object?>? work, CancellationToken cancellation)
{
    public Func<GenerationRequest>? Build => build;

    public CancellationToken Cancellation => cancellation;

    /// <summary>The result: <see cref="GenerationResult"/>s, or what the work gave.</summary>
    public TaskCompletionSource<object?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Builds the request, or does the work and gives null; null too when it was cancelled or failed, which <see cref="Done"/> then tells.</summary>
    public GenerationRequest? Begin()
    {
        if (cancellation.IsCancellationRequested)
        {
            Done.TrySetCanceled(cancellation);
            return null;
        }

        try
        {
            if (build is not null)
            {
                return build();
            }

            Done.TrySetResult(work!());
        }
        catch (Exception e)
        {
            Fail(e);
        }

        return null;
    }

    /// <summary>Tells whoever waits.</summary>
    public void Fail(Exception error)
    {
        if (error is OperationCanceledException cancelled)
        {
            Done.TrySetCanceled(cancelled.CancellationToken);
        }
        else
        {
            Done.TrySetException(error);
        }
    }
}
