using Praline.Models.Checkpoints;
using Praline.Torch;

namespace Praline.Models.Language;

/// <summary>How rotary frequencies are stretched beyond the length a model was pre-trained at (<c>rope_scaling</c>).</summary>
public sealed record RopeScaling
{
    /// <summary>What the loader knows.</summary>
    private static readonly string[] Known = ["default", "linear", "dynamic", "llama3", "yarn", "mrope"];

    /// <summary><c>default</c>, <c>linear</c>, <c>dynamic</c>, <c>llama3</c> or <c>yarn</c>.</summary>
    public required string Type { get; init; }

    /// <summary>How many times longer texts may get.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>llama3: wavelengths longer than original length / this are divided by the factor.</summary>
    public double LowFrequencyFactor { get; init; } = 1;

    /// <summary>llama3: wavelengths shorter than original length / this stay.</summary>
    public double HighFrequencyFactor { get; init; } = 4;

    /// <summary>The length at pre-training; null is <c>max_position_embeddings</c>.</summary>
    public int? OriginalMaxPositions { get; init; }

    /// <summary>yarn: the factor on attention logits' square root; null is 0.1 ln(factor) + 1, or what the two numbers below make of it.</summary>
    public double? AttentionFactor { get; init; }

    /// <summary>yarn: m in (0.1 m ln(factor) + 1), divided by the same with <see cref="MscaleAllDim"/>; both or none count.</summary>
    public double? Mscale { get; init; }

    /// <summary>yarn: the divisor's m.</summary>
    public double? MscaleAllDim { get; init; }

    /// <summary>yarn: whether the ends of the ramp between kept and divided frequencies are rounded to whole ones.</summary>
    public bool Truncate { get; init; } = true;

    /// <summary>yarn: rotations above which a frequency stays.</summary>
    public double BetaFast { get; init; } = 32;

    /// <summary>yarn: rotations below which a frequency is divided by the factor.</summary>
    public double BetaSlow { get; init; } = 1;

    /// <summary>Qwen2-VL: how the frequencies are shared out to time, height and width; null for one position per token.</summary>
    public IReadOnlyList<int>? MropeSection { get; init; }

    /// <summary>
    /// Qwen3-VL: frequency f belongs to height when f mod 3 = 1 and f &lt; 3 · section[1], to width when f mod 3 = 2 and f &lt; 3 · section[2], else to time; false:
    /// consecutive frequencies belong together.
    /// </summary>
    public bool MropeInterleaved { get; init; }

    /// <summary>What cosines and sines are multiplied by.</summary>
    public double Scale
    {
        get
        {
            double Of(double m) => Factor <= 1 ? 1 : (0.1 * m * Math.Log(Factor)) + 1;
            return Type != "yarn" ? 1
                : AttentionFactor ?? (Mscale is > 0 or < 0 && MscaleAllDim is > 0 or < 0 ? Of(Mscale.Value) / Of(MscaleAllDim.Value) : Of(1));
        }
    }

    /// <summary>Reads <c>rope_scaling</c> (or its successor <c>rope_parameters</c>); null when nothing is stretched.</summary>
    public static RopeScaling? Read(ConfigReader config)
    {
        if ((config.Object("rope_scaling") ?? config.Object("rope_parameters")) is not { } scaling)
        {
            return null;
        }

        var key = scaling.Has("rope_type") ? "rope_type" : "type";
        var type = scaling.String(key, "default")!;
        if (!Known.Contains(type))
        {
            throw scaling.Error(key, $"expected one of {string.Join(", ", Known)}, found \"{type}\".");
        }

        var (section, interleaved) = (scaling.Ints("mrope_section"), scaling.Bool("mrope_interleaved", false));
        scaling.MayLeaveUnread("type", "factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"); // type: beside rope_type for older readers
        if (type == "mrope")
        {
            type = "default";
        }

        if (type is "linear" or "dynamic" or "llama3" or "yarn" && scaling.Double("factor", 0) <= 0)
        {
            throw scaling.Error("factor", $"expected a number above 0 for rope type {type}.");
        }

        return type == "default" && section is null ? null : new RopeScaling
        {
            Type = type,
            Factor = scaling.Double("factor", 1),
            LowFrequencyFactor = scaling.Double("low_freq_factor", 1),
            HighFrequencyFactor = scaling.Double("high_freq_factor", 4),
            OriginalMaxPositions = scaling.OptionalInt("original_max_position_embeddings"),
            AttentionFactor = scaling.OptionalDouble("attention_factor"),
            Mscale = scaling.OptionalDouble("mscale"),
            MscaleAllDim = scaling.OptionalDouble("mscale_all_dim"),
            Truncate = scaling.Bool("truncate", true),
            BetaFast = scaling.Double("beta_fast", 32),
            BetaSlow = scaling.Double("beta_slow", 1),
            MropeSection = section,
            MropeInterleaved = interleaved,
        };
    }
}
