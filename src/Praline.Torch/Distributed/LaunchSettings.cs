using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Praline.Torch.Distributed;

/// <summary>Which process this is, of how many, and where rank 0 is found: read from the variables that launchers set.</summary>
/// <param name="Rank">This process, from 0.</param>
/// <param name="WorldSize">How many processes there are.</param>
/// <param name="LocalRank">This process among those of its host, from 0: the number of its GPU.</param>
/// <param name="LocalWorldSize">How many processes its host has; 0 when that is not known.</param>
/// <param name="MasterAddress">Rank 0's host.</param>
/// <param name="MasterPort">The port on which rank 0 serves the store.</param>
/// <param name="Launcher">Whose variables were read.</param>
public sealed record LaunchSettings(
    int Rank, int WorldSize, int LocalRank, int LocalWorldSize, string MasterAddress, int MasterPort, string Launcher)
{
    private const int FirstPort = 20000;
    private const int Ports = 10000;
    private const int TorchPort = 29500;

    /// <summary>Reads this process's environment; null when no launcher started it, or it is the only process.</summary>
    /// <exception cref="PralineException">The variables contradict each other or something is missing.</exception>
    public static LaunchSettings? FromEnvironment() => From(Environment.GetEnvironmentVariable);

    /// <summary>
    /// Reads torchrun's variables (<c>RANK</c>, <c>WORLD_SIZE</c>, <c>LOCAL_RANK</c>, <c>MASTER_ADDR</c>, <c>MASTER_PORT</c>), else
    /// OpenMPI's (<c>OMPI_COMM_WORLD_*</c>), else Slurm's (<c>SLURM_*</c>).
    /// </summary>
    /// <param name="variable">Gives a variable's value, or null.</param>
    public static LaunchSettings? From(Func<string, string?> variable)
    {
        var found = Torchrun(variable) ?? OpenMpi(variable) ?? Slurm(variable);
        if (found is null || found.WorldSize == 1)
        {
            return null;
        }

        if (found.WorldSize < 1 || found.Rank < 0 || found.Rank >= found.WorldSize)
        {
            throw new PralineException(
                $"{found.Launcher}'s variables say rank {found.Rank} of {found.WorldSize}: ranks go from 0 to the number of processes less one.");
        }

        return found;
    }

    private static LaunchSettings? Torchrun(Func<string, string?> variable)
    {
        if (variable("WORLD_SIZE") is null && variable("RANK") is null)
        {
            return null;
        }

        var world = Number(variable, "WORLD_SIZE") ?? throw Missing("WORLD_SIZE", "RANK");
        var rank = Number(variable, "RANK") ?? throw Missing("RANK", "WORLD_SIZE");
        if (world > 1 && variable("MASTER_ADDR") is null)
        {
            throw Missing("MASTER_ADDR", "RANK and WORLD_SIZE");
        }

        // torchrun itself serves a store at MASTER_PORT, in its own libtorch's protocol and for all of its restarts: ours is beside it.
        var port = Number(variable, "MASTER_PORT") ?? TorchPort;
        var served = string.Equals(variable("TORCHELASTIC_USE_AGENT_STORE"), "true", StringComparison.OrdinalIgnoreCase);
        return new LaunchSettings(
            rank, world, Number(variable, "LOCAL_RANK") ?? rank, Number(variable, "LOCAL_WORLD_SIZE") ?? 0, variable("MASTER_ADDR") ?? "127.0.0.1",
            !served ? port : port < ushort.MaxValue ? port + 1 : port - 1, "torchrun");
    }

    private static LaunchSettings? OpenMpi(Func<string, string?> variable)
    {
        if (Number(variable, "OMPI_COMM_WORLD_SIZE") is not { } world || Number(variable, "OMPI_COMM_WORLD_RANK") is not { } rank)
        {
            return null;
        }

        var local = Number(variable, "OMPI_COMM_WORLD_LOCAL_SIZE") ?? 0;
        var address = variable("MASTER_ADDR") ?? (local == world ? "127.0.0.1" : throw new PralineException(
            "mpirun started processes on several hosts, and does not say where rank 0 is: add -x MASTER_ADDR=its-host -x MASTER_PORT=29500 to mpirun."));
        var job = variable("PMIX_NAMESPACE") ?? variable("OMPI_MCA_ess_base_jobid") ?? "";
        return new LaunchSettings(
            rank, world, Number(variable, "OMPI_COMM_WORLD_LOCAL_RANK") ?? 0, local, address, Number(variable, "MASTER_PORT") ?? PortOf("ompi " + job), "OpenMPI");
    }

    private static LaunchSettings? Slurm(Func<string, string?> variable)
    {
        // Inside a batch script, before srun, the job's variables are there but this is no task of a step.
        var step = Number(variable, "SLURM_STEP_NUM_TASKS");
        var world = step ?? (variable("ENVIRONMENT") == "BATCH" ? null : Number(variable, "SLURM_NTASKS"));
        if (world is not { } size || Number(variable, "SLURM_PROCID") is not { } rank)
        {
            return null;
        }

        var nodes = variable("SLURM_STEP_NODELIST") ?? variable("SLURM_JOB_NODELIST") ?? variable("SLURM_NODELIST");
        var address = variable("MASTER_ADDR") ?? (string.IsNullOrEmpty(nodes) ? "127.0.0.1" : SlurmHosts.First(nodes));
        var job = $"slurm {variable("SLURM_JOB_ID")} {variable("SLURM_STEP_ID")}";
        var perNode = variable("SLURM_STEP_TASKS_PER_NODE") ?? variable("SLURM_NTASKS_PER_NODE") ?? "";
        var here = int.TryParse(perNode, NumberStyles.None, CultureInfo.InvariantCulture, out var tasks) ? tasks : 0;
        return new LaunchSettings(
            rank, size, Number(variable, "SLURM_LOCALID") ?? 0, here, address, Number(variable, "MASTER_PORT") ?? PortOf(job), "Slurm");
    }

    /// <summary>A port that all processes of a job derive alike, so that jobs on one host do not meet.</summary>
    private static int PortOf(string job) => FirstPort + (int)(BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes(job))) % Ports);

    private static int? Number(Func<string, string?> variable, string name) => variable(name) switch
    {
        null or "" => null,
        var text when int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) => value,
        var text => throw new PralineException($"The variable {name} should be a whole number, found '{text}'."),
    };

    private static PralineException Missing(string name, string others) => new(
        $"The launcher set {others} but not {name}. Start every process with RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT, as torchrun does, or use --nproc on one host.");
}
