using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Praline.Cli;

/// <summary>
/// Numbers of the command line: read strictly (a point, no grouping, no infinities, whole where whole numbers are wanted) and in the range that the
/// option declares, whatever the locale.
/// </summary>
internal static class NumberOptions
{
    /// <summary>What each number may be, by the option's name: it means the same in every command.</summary>
    private static readonly Dictionary<string, Range> Ranges = new(StringComparer.Ordinal)
    {
        ["--alpha"] = new(0, 100),
        ["--assume-gap"] = new(0, 1e6),
        ["--atol"] = new(0, 1e6),
        ["--candidates"] = new(2, 10_000),
        ["--caption-tokens"] = new(1, 1e6),
        ["--clip-frames"] = new(1, 10_000),
        ["--clip-seconds"] = new(0.01, 1e6),
        ["--concurrency"] = new(1, 10_000),
        ["--consistency-weight"] = new(0, 1e6),
        ["--dist-timeout"] = new(0.1, 1e6),
        ["--fps-frm"] = new(1e-6, 1000),
        ["--frames"] = new(0, 1e7),
        ["--grace"] = new(0, 86_400),
        ["--hallucination-weight"] = new(0, 1e6),
        ["--harmony-weight"] = new(0, 1e6),
        ["--held-out"] = new(1, 1e6),
        ["--images"] = new(0, 1e7),
        ["--judge-attempts"] = new(1, 100),
        ["--judge-concurrency"] = new(1, 10_000),
        ["--judge-deadline"] = new(0.01, 86_400),
        ["--judge-frames"] = new(0, 1000),
        ["--lr"] = new(1e-12, 10),
        ["--max-batch"] = new(1, 100_000),
        ["--max-body"] = new(0.001, 1e6),
        ["--max-clips"] = new(1, 100_000),
        ["--max-frames"] = new(1, 10_000),
        ["--max-frm"] = new(1, 10_000),
        ["--max-length"] = new(1, 1e7),
        ["--max-media"] = new(0, 10_000),
        ["--max-n"] = new(1, 10_000),
        ["--max-new-tokens"] = new(1, 1e6),
        ["--max-problems"] = new(0, 1e9),
        ["--max-requests"] = new(1, 1e6),
        ["--max-tokens"] = new(1, 1e6),
        ["--min-clips"] = new(1, 100_000),
        ["--min-frm"] = new(1, 10_000),
        ["--min-gap"] = new(0, 1e6),
        ["--n"] = new(1, 10_000),
        ["--near-duplicate"] = new(0, 1),
        ["--nproc"] = new(1, 1024),
        ["--num-epochs"] = new(1, 1e6),
        ["--pairs-k"] = new(1, 10_000),
        ["--port"] = new(0, 65_535),
        ["--prefix-cache"] = new(0, 1e6),
        ["--price-answer"] = new(0, 1e9),
        ["--price-prompt"] = new(0, 1e9),
        ["--published-beta"] = new(1e-6, 1e6),
        ["--questions-per-type"] = new(1, 10_000),
        ["--report-pairs"] = new(0, 1e6),
        ["--requests-per-minute"] = new(1, 1e9),
        ["--restarts"] = new(0, 1e6),
        ["--rtol"] = new(0, 1e6),
        ["--sampled-frm"] = new(1, 10_000),
        ["--scene-threshold"] = new(0.001, 255),
        ["--seed"] = new(0, ulong.MaxValue),
        ["--seeds"] = new(1, 1000),
        ["--temperature"] = new(0, 2),
        ["--threads"] = new(1, 4096),
        ["--token-kept-ratio"] = new(0.001, 1),
        ["--tokens-per-frame"] = new(1, 1e6),
        ["--published-parameters"] = new(1, 1e14),
        ["--tokens-per-minute"] = new(1, 1e12),
        ["--top-k"] = new(0, 1e7),
        ["--top-p"] = new(0.001, 1),
        ["--tries"] = new(1, 1000),
        ["--videos"] = new(0, 1e7),
        ["--vision-cache-gb"] = new(0, 1e6),
        ["--vocabulary-size"] = new(256, 1e7),
    };

    /// <summary>Makes every number of a command and of those below it strict.</summary>
    public static void MakeStrict(Command command)
    {
        foreach (var option in command.Options.Where(IsNumber))
        {
            MakeStrict(option, Ranges.GetValueOrDefault(option.Name) ?? new Range(double.NegativeInfinity, double.PositiveInfinity));
        }

        foreach (var inner in command.Subcommands)
        {
            MakeStrict(inner);
        }
    }

    /// <summary>True for an option that takes a number.</summary>
    public static bool IsNumber(Option option) => Nullable.GetUnderlyingType(option.ValueType) is { } inner ? IsNumber(inner) : IsNumber(option.ValueType);

    /// <summary>True when the table says what the option takes.</summary>
    public static bool HasRange(Option option) => Ranges.ContainsKey(option.Name);

    private static bool IsNumber(Type type) => (type.IsPrimitive && type != typeof(bool) && type != typeof(char)) || type == typeof(decimal);

    private static void MakeStrict(Option option, Range range)
    {
        switch (option)
        {
            case Option<double> real:
                real.CustomParser = result => Read(result, range, "a number", Real) ?? 0;
                break;
            case Option<double?> real:
                real.CustomParser = result => Read(result, range, "a number", Real);
                break;
            case Option<int> whole:
                whole.CustomParser = result => Read(result, range, "a whole number", Whole) ?? 0;
                break;
            case Option<int?> whole:
                whole.CustomParser = result => Read(result, range, "a whole number", Whole);
                break;
            case Option<ulong> seed:
                seed.CustomParser = result => Read(result, range, "a whole number", Seed) ?? 0;
                break;
            case Option<ulong?> seed:
                seed.CustomParser = result => Read(result, range, "a whole number", Seed);
                break;
            case Option<decimal?> price:
                price.CustomParser = result => Read(result, range, "a number", Price);
                break;
            default:
                throw new ArgumentException($"{option.Name}: numbers are double, int or ulong, not {option.ValueType}.");
        }
    }

    private static N? Read<N>(ArgumentResult result, Range range, string kind, Func<string, N?> parse)
        where N : struct, IConvertible
    {
        var text = result.Tokens.Count > 0 ? result.Tokens[^1].Value : "";
        if (parse(text) is { } number && range.Holds(number.ToDouble(CultureInfo.InvariantCulture)))
        {
            return number;
        }

        var name = (result.Parent as OptionResult)?.IdentifierToken?.Value ?? (result.Parent as OptionResult)?.Option.Name ?? "the option";
        var hint = text.Contains(',') ? " Decimals are written with a point." : "";
        result.AddError($"{name}: expected {kind}{range}, found '{text}'.{hint}");
        return null;
    }

    private static double? Real(string text) => double.TryParse(
        text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private static decimal? Price(string text) => decimal.TryParse(
        text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static int? Whole(string text) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static ulong? Seed(string text) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Numbers from the one to the other, both included.</summary>
    private sealed record Range(double Min, double Max)
    {
        public bool Holds(double number) => number >= Min && number <= Max;

        public override string ToString() => double.IsFinite(Min)
            ? string.Create(CultureInfo.InvariantCulture, $" from {Min:0.############} to {Max:#,0.####}")
            : "";
    }
}
