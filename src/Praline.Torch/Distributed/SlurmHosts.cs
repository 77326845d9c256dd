namespace Praline.Torch.Distributed;

/// <summary>Slurm's compressed lists of hosts, such as <c>gpu[03-07,12],login1</c>.</summary>
internal static class SlurmHosts
{
    /// <summary>The first host of a list: rank 0 runs there.</summary>
    internal static string First(string list)
    {
        var open = list.IndexOf('[', StringComparison.Ordinal);
        var comma = list.IndexOf(',', StringComparison.Ordinal);
        if (open < 0 || (comma >= 0 && comma < open))
        {
            return comma < 0 ? list : list[..comma];
        }

        var close = list.IndexOf(']', open);
        if (close < 0)
        {
            throw new PralineException($"Slurm's list of hosts '{list}' has no ']' to its '['. Set MASTER_ADDR to the host of rank 0.");
        }

        var number = list[(open + 1)..close].Split('-', ',')[0];
        var rest = list[(close + 1)..];
        var end = rest.IndexOf(',', StringComparison.Ordinal);
        return list[..open] + number + First(end < 0 ? rest : rest[..end]);
    }
}
