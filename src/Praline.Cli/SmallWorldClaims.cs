using Praline.Preferences;
using Praline.SmallWorld;

namespace Praline.Cli;

/// <summary>
/// What captions of the small world claim, for the offline judge: each fact that the small world's parser reads in them, but for
/// the order of events, which no single clip shows.
/// </summary>
internal sealed class SmallWorldClaims : IClaimExtractor
{
    public string Name => "small-world-1";

    public IReadOnlyList<Claim> Claims(string caption) =>
        [.. FactParser.Parse(caption).Facts.Where(f => f.Kind != FactKind.Order).Select(f => f.ToString()).Distinct().Select(key => new Claim(key))];
}
