using Praline.Torch.Distributed;

namespace Praline.Torch.Tests.Distributed;

/// <summary>The variables as torchrun's, OpenMPI's and Slurm's documentation lists them.</summary>
public sealed class LaunchSettingsTests
{
    [Fact]
    public void Without_a_launcher_there_is_one_process() => Assert.Null(Read());

    [Fact]
    public void Torchrun() => Assert.Equal(
        new LaunchSettings(5, 8, 1, 4, "node0", 29400, "torchrun"),
        Read(("RANK", "5"), ("WORLD_SIZE", "8"), ("LOCAL_RANK", "1"), ("LOCAL_WORLD_SIZE", "4"), ("MASTER_ADDR", "node0"), ("MASTER_PORT", "29400")));

    /// <summary>Seen with torchrun 2.6: its agent listens at MASTER_PORT and tells processes so.</summary>
    [Theory]
    [InlineData("True", "29400", 29401)]
    [InlineData("False", "29400", 29400)]
    [InlineData("True", "65535", 65534)]
    public void Where_torchrun_serves_a_store_of_its_own_ours_is_beside_it(string served, string port, int expected) => Assert.Equal(
        expected, Read(("RANK", "0"), ("WORLD_SIZE", "2"), ("MASTER_ADDR", "node0"), ("MASTER_PORT", port), ("TORCHELASTIC_USE_AGENT_STORE", served))!.MasterPort);

    [Fact]
    public void OpenMpi_on_one_host_needs_no_address()
    {
        (string, string)[] job = [("OMPI_COMM_WORLD_RANK", "1"), ("OMPI_COMM_WORLD_SIZE", "2"), ("OMPI_COMM_WORLD_LOCAL_RANK", "1"), ("OMPI_COMM_WORLD_LOCAL_SIZE", "2")];
        var one = Read([.. job, ("PMIX_NAMESPACE", "123")])!;
        Assert.Equal((1, 2, 1, 2, "127.0.0.1", "OpenMPI"), (one.Rank, one.WorldSize, one.LocalRank, one.LocalWorldSize, one.MasterAddress, one.Launcher));
        Assert.InRange(one.MasterPort, 20000, 29999);
        Assert.Equal(one.MasterPort, Read([.. job, ("PMIX_NAMESPACE", "123")])!.MasterPort);
        Assert.NotEqual(one.MasterPort, Read([.. job, ("PMIX_NAMESPACE", "124")])!.MasterPort);
    }

    [Fact]
    public void OpenMpi_on_several_hosts_says_what_it_needs() => Assert.Contains("-x MASTER_ADDR", Assert.Throws<PralineException>(() => Read(
        ("OMPI_COMM_WORLD_RANK", "1"), ("OMPI_COMM_WORLD_SIZE", "4"), ("OMPI_COMM_WORLD_LOCAL_RANK", "1"), ("OMPI_COMM_WORLD_LOCAL_SIZE", "2"))).Message);

    [Theory]
    [InlineData("node1", "node1")]
    [InlineData("node1,node2", "node1")]
    [InlineData("gpu[03-07,12],login1", "gpu03")]
    [InlineData("rack[2,5]-node[10-11]", "rack2-node10")]
    public void Slurm_finds_rank_0_on_the_first_host(string list, string first)
    {
        var found = Read(("SLURM_PROCID", "3"), ("SLURM_STEP_NUM_TASKS", "8"), ("SLURM_LOCALID", "1"), ("SLURM_STEP_NODELIST", list), ("SLURM_JOB_ID", "42"))!;
        Assert.Equal((3, 8, 1, first, "Slurm"), (found.Rank, found.WorldSize, found.LocalRank, found.MasterAddress, found.Launcher));
    }

    [Fact]
    public void A_batch_script_is_no_task_of_its_job() => Assert.Null(
        Read(("ENVIRONMENT", "BATCH"), ("SLURM_PROCID", "0"), ("SLURM_NTASKS", "4"), ("SLURM_JOB_NODELIST", "node[1-4]")));

    [Theory]
    [InlineData("4", "4", "rank 4 of 4")]
    [InlineData("x", "4", "RANK should be a whole number, found 'x'")]
    public void Nonsense_is_refused(string rank, string world, string expected) => Assert.Contains(expected, Assert.Throws<PralineException>(
        () => Read(("RANK", rank), ("WORLD_SIZE", world), ("MASTER_ADDR", "a"))).Message);

    private static LaunchSettings? Read(params (string Name, string Value)[] variables) =>
        LaunchSettings.From(name => variables.FirstOrDefault(v => v.Name == name).Value);
}
