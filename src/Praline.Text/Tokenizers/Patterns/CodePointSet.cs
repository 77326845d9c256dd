using System.Globalization;
using System.Text;

namespace Praline.Text.Tokenizers.Patterns;

/// <summary>
/// A set of Unicode code points as a regular expression's class names it: ranges, general categories, nested sets,
/// negation, intersection. Works on code points, not UTF-16 units, so that letters above U+FFFF are letters.
/// </summary>
internal sealed class CodePointSet
{
    private readonly (int First, int Last)[] _ranges;
    private readonly uint _categories;
    private readonly CodePointSet[] _members;
    private readonly CodePointSet? _intersection;
    private readonly bool _negated;
    private readonly bool _ignoreCase;

    public CodePointSet(
        IEnumerable<(int First, int Last)>? ranges = null,
        uint categories = 0,
        IEnumerable<CodePointSet>? members = null,
        CodePointSet? intersection = null,
        bool negated = false,
        bool ignoreCase = false)
    {
        _ranges = ranges is null ? [] : [.. ranges];
        _categories = categories;
        _members = members is null ? [] : [.. members];
        _intersection = intersection;
        _negated = negated;
        _ignoreCase = ignoreCase;
        for (var c = 0; c < 64; c++)
        {
            AsciiLow |= Evaluate(c) ? 1UL << c : 0;
            AsciiHigh |= Evaluate(c + 64) ? 1UL << c : 0;
        }
    }

    /// <summary>Bit c is set when code point c (0..63) is in the set.</summary>
    public ulong AsciiLow { get; }

    /// <summary>Bit c is set when code point c + 64 (64..127) is in the set.</summary>
    public ulong AsciiHigh { get; }

    public static CodePointSet Any { get; } = new(negated: true);

    public static CodePointSet AnyButNewline { get; } = new([('\n', '\n')], negated: true);

    /// <summary>Unicode White_Space: tab to carriage return, next line, and the separators.</summary>
    public static CodePointSet Space { get; } = new([(9, 13), (0x85, 0x85)], CategoryMask(
        UnicodeCategory.SpaceSeparator, UnicodeCategory.LineSeparator, UnicodeCategory.ParagraphSeparator));

    public static CodePointSet Digit { get; } = new(categories: CategoryMask(UnicodeCategory.DecimalDigitNumber));

    /// <summary><c>\w</c>: alphabetic characters, marks, decimal digits, connectors and the two joiners.</summary>
    public static CodePointSet Word { get; } = new(
        [(0x200C, 0x200D), (0x24B6, 0x24E9), (0x1F130, 0x1F149), (0x1F150, 0x1F169), (0x1F170, 0x1F189)],
        CategoryMask(
            UnicodeCategory.UppercaseLetter, UnicodeCategory.LowercaseLetter, UnicodeCategory.TitlecaseLetter,
            UnicodeCategory.ModifierLetter, UnicodeCategory.OtherLetter, UnicodeCategory.LetterNumber,
            UnicodeCategory.NonSpacingMark, UnicodeCategory.SpacingCombiningMark, UnicodeCategory.EnclosingMark,
            UnicodeCategory.DecimalDigitNumber, UnicodeCategory.ConnectorPunctuation));

    public static CodePointSet Hex { get; } = new([('0', '9'), ('a', 'f'), ('A', 'F')]);

    public static CodePointSet Of(int codePoint, bool ignoreCase) =>
        new([(codePoint, codePoint)], ignoreCase: ignoreCase);

    public CodePointSet Negate() => new(members: [this], negated: true);

    public static uint CategoryMask(params ReadOnlySpan<UnicodeCategory> categories)
    {
        uint mask = 0;
        foreach (var category in categories)
        {
            mask |= 1u << (int)category;
        }

        return mask;
    }

    public bool Contains(int codePoint) => codePoint < 128
        ? (((codePoint < 64 ? AsciiLow : AsciiHigh) >> (codePoint & 63)) & 1) != 0
        : Evaluate(codePoint);

    private bool Evaluate(int codePoint)
    {
        var found = Lists(codePoint) || (_ignoreCase && ListsOtherCase(codePoint));
        return (found && (_intersection is null || _intersection.Evaluate(codePoint))) != _negated;
    }

    private bool Lists(int codePoint)
    {
        foreach (var (first, last) in _ranges)
        {
            if (codePoint >= first && codePoint <= last)
            {
                return true;
            }
        }

        if (_categories != 0 && ((_categories >> (int)CharUnicodeInfo.GetUnicodeCategory(codePoint)) & 1) != 0)
        {
            return true;
        }

        foreach (var member in _members)
        {
            if (member.Evaluate(codePoint))
            {
                return true;
            }
        }

        return false;
    }

    private bool ListsOtherCase(int codePoint)
    {
        if (!Rune.TryCreate(codePoint, out var rune))
        {
            return false;
        }

        // Simple case folding: the long s and the Kelvin and Angstrom signs fold to letters that don't map back to
        // them.
        var fold = codePoint switch { 0x17F => 's', 0x212A => 'k', 0x212B => 0xE5, _ => Rune.ToLowerInvariant(rune).Value };
        return Lists(fold) || Lists(Rune.ToUpperInvariant(new Rune(fold)).Value) || fold switch
        {
            's' => Lists(0x17F),
            'k' => Lists(0x212A),
            0xE5 => Lists(0x212B),
            _ => false,
        };
    }
}
