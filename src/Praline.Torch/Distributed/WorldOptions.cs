namespace Praline.Torch.Distributed;

/// <summary>How processes find each other and how long they bear silence.</summary>
public sealed record WorldOptions
{
    /// <summary>The variable with the number of seconds for <see cref="Timeout"/>.</summary>
    public const string TimeoutVariable = "PRALINE_DIST_TIMEOUT";

    /// <summary>The variable with this process's log file, which messages about it name.</summary>
    public const string LogVariable = "PRALINE_RANK_LOG";

    /// <summary>How long to wait for all ranks to come, and how long a rank may give no sign of life.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long an exchange may take in which every rank is alive (one may compute for long).</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Where this process's messages go, for the others to name it.</summary>
    public string? LogFile { get; init; }

    /// <summary>Where tensors lie that are exchanged.</summary>
    public Device Device { get; init; } = Device.Cpu;

    /// <summary>The options as the environment sets them.</summary>
    /// <exception cref="PralineException">The variable is no number of seconds.</exception>
    public static WorldOptions FromEnvironment()
    {
        var options = new WorldOptions { LogFile = Environment.GetEnvironmentVariable(LogVariable) };
        return Environment.GetEnvironmentVariable(TimeoutVariable) switch
        {
            null or "" => options,
            var text when double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var seconds) && seconds >= 1 =>
                options with { Timeout = TimeSpan.FromSeconds(seconds) },
            var text => throw new PralineException($"The variable {TimeoutVariable} should be a number of seconds of at least 1, found '{text}'."),
        };
    }
}
