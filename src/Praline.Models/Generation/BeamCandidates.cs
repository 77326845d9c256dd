namespace Praline.Models.Generation;

/// <summary>The best continuations of all beams, best first; of equals the first that was offered.</summary>
internal sealed class BeamCandidates(int capacity)
{
    private readonly List<(float Score, int Beam, int Token)> _best = new(capacity + 1);
    private float _worst = float.NegativeInfinity;

    /// <summary>What was kept.</summary>
    internal IReadOnlyList<(float Score, int Beam, int Token)> Best => _best;

    /// <summary>Keeps a continuation if it is among the best.</summary>
    internal void Offer(float score, int beam, int token)
    {
        if (_best.Count == capacity && score <= _worst)
        {
            return;
        }

        var at = _best.Count;
        while (at > 0 && _best[at - 1].Score < score)
        {
            at--;
        }

        _best.Insert(at, (score, beam, token));
        if (_best.Count > capacity)
        {
            _best.RemoveAt(capacity);
        }

        _worst = _best[^1].Score;
    }
}
