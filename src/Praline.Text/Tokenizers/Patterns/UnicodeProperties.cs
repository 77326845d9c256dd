using System.Globalization;

namespace Praline.Text.Tokenizers.Patterns;

/// <summary>
/// The Unicode properties that patterns may name: general categories, POSIX classes, and a few scripts.
/// </summary>
internal static class UnicodeProperties
{
    private static readonly Dictionary<string, uint> Categories = BuildCategories();

    private static readonly Dictionary<string, CodePointSet> ScriptSets = UnicodeScripts.Ranges.ToDictionary(
        script => script.Key,
        script => new CodePointSet(script.Value.Split(' ').Select(ParseRange)),
        StringComparer.OrdinalIgnoreCase);

    public static IEnumerable<string> Scripts => ScriptSets.Keys;

    /// <summary>The set of a property name, or null when it is not known.</summary>
    public static CodePointSet? Find(string name)
    {
        name = name.Replace("_", "").Replace(" ", "");
        foreach (var prefix in (string[])["Script=", "sc=", "gc=", "GeneralCategory=", "General_Category="])
        {
            name = name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? name[prefix.Length..] : name;
        }

        if (Categories.TryGetValue(name, out var mask))
        {
            return new CodePointSet(categories: mask);
        }

        return ScriptSets.GetValueOrDefault(name) ?? Posix(name);
    }

    public static CodePointSet? Posix(string name) => name.ToLowerInvariant() switch
    {
        "alpha" or "alphabetic" => new CodePointSet(categories: Categories["L"] | Categories["M"] | Categories["Nl"]),
        "alnum" => new CodePointSet(categories: Categories["L"] | Categories["M"] | Categories["Nl"] | Categories["Nd"]),
        "ascii" => new CodePointSet([(0, 127)]),
        "blank" => new CodePointSet([('\t', '\t')], Categories["Zs"]),
        "cntrl" => new CodePointSet(categories: Categories["Cc"]),
        "digit" => CodePointSet.Digit,
        "lower" or "lowercase" => new CodePointSet(categories: Categories["Ll"]),
        "upper" or "uppercase" => new CodePointSet(categories: Categories["Lu"]),
        "punct" => new CodePointSet([('$', '$'), ('+', '+'), ('<', '>'), ('^', '^'), ('`', '`'), ('|', '|'), ('~', '~')], Categories["P"]),
        "space" or "whitespace" => CodePointSet.Space,
        "word" => CodePointSet.Word,
        "xdigit" => CodePointSet.Hex,
        "any" => CodePointSet.Any,
        _ => null,
    };

    private static (int First, int Last) ParseRange(string text)
    {
        var bounds = text.Split('-');
        var first = int.Parse(bounds[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return (first, bounds.Length == 1 ? first : int.Parse(bounds[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }

    private static Dictionary<string, uint> BuildCategories()
    {
        (string Short, string Long, UnicodeCategory Category)[] all =
        [
            ("Lu", "UppercaseLetter", UnicodeCategory.UppercaseLetter),
            ("Ll", "LowercaseLetter", UnicodeCategory.LowercaseLetter),
            ("Lt", "TitlecaseLetter", UnicodeCategory.TitlecaseLetter),
            ("Lm", "ModifierLetter", UnicodeCategory.ModifierLetter),
            ("Lo", "OtherLetter", UnicodeCategory.OtherLetter),
            ("Mn", "NonspacingMark", UnicodeCategory.NonSpacingMark),
            ("Mc", "SpacingMark", UnicodeCategory.SpacingCombiningMark),
            ("Me", "EnclosingMark", UnicodeCategory.EnclosingMark),
            ("Nd", "DecimalNumber", UnicodeCategory.DecimalDigitNumber),
            ("Nl", "LetterNumber", UnicodeCategory.LetterNumber),
            ("No", "OtherNumber", UnicodeCategory.OtherNumber),
            ("Pc", "ConnectorPunctuation", UnicodeCategory.ConnectorPunctuation),
            ("Pd", "DashPunctuation", UnicodeCategory.DashPunctuation),
            ("Ps", "OpenPunctuation", UnicodeCategory.OpenPunctuation),
            ("Pe", "ClosePunctuation", UnicodeCategory.ClosePunctuation),
            ("Pi", "InitialPunctuation", UnicodeCategory.InitialQuotePunctuation),
            ("Pf", "FinalPunctuation", UnicodeCategory.FinalQuotePunctuation),
            ("Po", "OtherPunctuation", UnicodeCategory.OtherPunctuation),
            ("Sm", "MathSymbol", UnicodeCategory.MathSymbol),
            ("Sc", "CurrencySymbol", UnicodeCategory.CurrencySymbol),
            ("Sk", "ModifierSymbol", UnicodeCategory.ModifierSymbol),
            ("So", "OtherSymbol", UnicodeCategory.OtherSymbol),
            ("Zs", "SpaceSeparator", UnicodeCategory.SpaceSeparator),
            ("Zl", "LineSeparator", UnicodeCategory.LineSeparator),
            ("Zp", "ParagraphSeparator", UnicodeCategory.ParagraphSeparator),
            ("Cc", "Control", UnicodeCategory.Control),
            ("Cf", "Format", UnicodeCategory.Format),
            ("Cs", "Surrogate", UnicodeCategory.Surrogate),
            ("Co", "PrivateUse", UnicodeCategory.PrivateUse),
            ("Cn", "Unassigned", UnicodeCategory.OtherNotAssigned),
        ];
        var groups = new Dictionary<char, string>
        {
            ['L'] = "Letter",
            ['M'] = "Mark",
            ['N'] = "Number",
            ['P'] = "Punctuation",
            ['S'] = "Symbol",
            ['Z'] = "Separator",
            ['C'] = "Other",
        };
        var masks = new Dictionary<string, uint>(StringComparer.OrdinalIgnoreCase);
        foreach (var (shortName, longName, category) in all)
        {
            var mask = CodePointSet.CategoryMask(category);
            masks[shortName] = masks[longName] = mask;
            foreach (var group in (string[])[shortName[..1], groups[shortName[0]]])
            {
                masks[group] = masks.GetValueOrDefault(group) | mask;
            }
        }

        masks["LC"] = masks["L&"] = masks["Lu"] | masks["Ll"] | masks["Lt"];
        return masks;
    }
}
