using System.Collections;
using System.CommandLine;
using Praline.Cli.Distributed;
using Praline.Torch;
using Praline.Training;
using Praline.Training.Configuration;
using Praline.Training.Engine;

namespace Praline.Cli.Training;

/// <summary>
/// Every setting of a training as an option, by the names that YAML files have: <c>learning_rate</c> is <c>--learning-rate</c>. What the
/// command line says goes before what the file says.
/// </summary>
internal sealed class TrainingSettings
{
    private readonly Argument<string?> _method = new("method")
    {
        Description = "synpo, dpo, sft or another method (docs/methods.md). Default: the config's.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private const string Shard = "shard";
    private readonly Option<string?> _config = new("--config") { Description = "YAML file of settings; MACAROON's own files work unchanged." };
    private readonly Dictionary<string, Option> _settings = new(StringComparer.Ordinal);

    /// <summary>Adds the options.</summary>
    /// <param name="command">The command.</param>
    /// <param name="method">The method that the command line names: help shows its settings and defaults; null shows those of all.</param>
    public TrainingSettings(Command command, string? method)
    {
        command.Arguments.Add(_method);
        command.Options.Add(_config);
        foreach (var (name, text) in TrainingSettingTexts.Descriptions)
        {
            Add(command, name, text, OptionsBinder.Defaults[name]);
        }

        foreach (var (name, methods) in OptionsBinder.OfObjectives)
        {
            var own = methods.Where(m => m.Method == method).ToList();
            Add(command, name, own.Count > 0 ? $"Setting of {method} (docs/methods.md)." : $"Setting of {Listed(methods)} (docs/methods.md).", own.Count > 0 ? own[0].Default : null, methods[0].Default);
            _settings[name].Hidden = own.Count == 0 && method is not null && OptionsBinder.Methods.Contains(method);
        }
    }

    /// <summary>The options of the file and the command line together.</summary>
    /// <exception cref="PralineException">A setting is missing, unknown to the method, or has a value that does not fit.</exception>
    public TrainOptions Read(ParseResult parsed)
    {
        var options = parsed.GetValue(_config) is { } config ? YamlSettings.Load(config) : null;
        var method = parsed.GetValue(_method) ?? options?.Method
            ?? throw new PralineException("Say which method to train: praline train METHOD, or method in a file given with --config.");
        if (options is not null && method != options.Method)
        {
            throw new PralineException(
                $"{parsed.GetValue(_config)} is a configuration for {options.Method}, but the command line says {method}: give another file, or leave the method out.");
        }

        var given = new Dictionary<string, object?>(StringComparer.Ordinal) { ["method"] = method };
        foreach (var (name, option) in _settings)
        {
            if (parsed.GetResult(option) is { Implicit: false })
            {
                given[name] = option switch
                {
                    Option<bool> flag => parsed.GetValue(flag),
                    Option<string[]> list => parsed.GetValue(list),
                    _ => parsed.GetValue((Option<string>)option) ?? (name == Shard ? nameof(Sharding.Optimizer) : null),
                };
            }
        }

        return Completed(OptionsBinder.Apply(options ?? new TrainOptions(), given, "the command line"));
    }

    private static TrainOptions Completed(TrainOptions options)
    {
        if (options.DatasetPath.Length == 0)
        {
            throw new PralineException("Say what to train on: --data FILE, or dataset_path in the config.");
        }

        if (options.ModelDir.Length == 0)
        {
            throw new PralineException("Say where the run goes: --out FOLDER, or model_dir in the config.");
        }

        if (options.Threads == 0)
        {
            // Not a setting of the run: it may go on on a machine with other processors.
            TorchRuntime.Threads = LaunchOptions.ThreadsPerProcess;
        }

        return options with { PretrainedPth = ShippedFiles.Model(options.PretrainedPth.Length > 0 ? options.PretrainedPth : null) };
    }

    /// <summary>Methods, and where their defaults differ each one's.</summary>
    private static string Listed(IReadOnlyList<(string Method, object? Default)> methods)
    {
        var same = methods.Select(m => Default(m.Default)).Distinct().Count() == 1;
        return string.Join(", ", methods.Select(m => same ? m.Method : m.Method + Default(m.Default))) + (same ? Default(methods[0].Default) : "");
    }

    private void Add(Command command, string name, string text, object? value, object? kind = null)
    {
        var kebab = "--" + name.Replace('_', '-');
        string[] aliases = TrainingSettingTexts.Aliases.TryGetValue(name, out var alias) ? [alias] : []; // OptionConventions adds the others
        Option option = (kind ?? value) switch
        {
            bool => new Option<bool>(kebab, aliases),
            _ when OptionsBinder.Lists.Contains(name) => new Option<string[]>(kebab, aliases) { AllowMultipleArgumentsPerToken = true, Arity = ArgumentArity.OneOrMore, HelpName = "VALUES" },
            Sharding => new Option<string>(kebab, aliases) { HelpName = "VALUE", Arity = ArgumentArity.ZeroOrOne },
            _ => new Option<string>(kebab, aliases) { HelpName = "VALUE" },
        };
        option.Description = text + Default(value);
        command.Options.Add(option);
        _settings[name] = option;
    }

    private static string Default(object? value) => value switch
    {
        null or false or "" => "",
        string { Length: > 20 } => "",
        string text => $" [default: {text}]",
        IEnumerable<string> list => list.Any() ? $" [default: {string.Join(' ', list)}]" : "",
        IEnumerable => "",
        Enum named => $" [default: {named.ToString().ToLowerInvariant()}]",
        _ => FormattableString.Invariant($" [default: {value}]"),
    };
}
