
namespace Praline.Training.Configuration;

/// <summary>Options as flat names and values, as configs and run folders have them.</summary>
internal static class FlatSettings
{
    /// <summary>All settings of the options and of the option records inside them, by their names in snake case.</summary>
    internal static Dictionary<string, object?> Of(TrainOptions options)
    {
        var flat = new Dictionary<string, object?>(StringComparer.Ordinal);
        Add(flat, options, "");
        return flat;
    }

    private static void Add(Dictionary<string, object?> flat, object record, string prefix)
    {
        foreach (var property in record.GetType().GetProperties().Where(p => p.GetIndexParameters().Length == 0))
        {
            var (own, value) = (SnakeCase.Of(property.Name), property.GetValue(record));
            var name = own.StartsWith(prefix, StringComparison.Ordinal) ? own : prefix + own; // lora_r, but lora_alpha as it is
            switch (value)
            {
                case Data.ConditionOptions:
                    Add(flat, value, "condition_");
                    break;
                case Engine.TrainerOptions or Data.FrameOptions:
                    Add(flat, value, "");
                    break;
                case Lora.LoraConfig:
                    Add(flat, value, "lora_");
                    break;
                default:
                    flat[name] = value;
                    break;
            }
        }
    }
}
