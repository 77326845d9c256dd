using System.Text.RegularExpressions;

namespace Praline.Preferences;

/// <summary>
/// English words in a normal form: small words dropped, endings cut, common synonyms made one. Good enough to see whether two captions speak of the same
/// things; not a grammar.
/// </summary>
public static partial class EnglishWords
{
    private static readonly HashSet<string> Small = Words("""
        a an the this that these those there here it its it's he him his she her hers they them their theirs we us our you your i me my
        who whom whose which what when where while as if then than so thus and or but nor yet not no
        is are was were be been being am do does did done has have had having can could may might must shall should will would
        of in on at by to from with without into onto over under above below through across along around near behind between among
        about against during before after for off out upon within toward towards beside next via per
        also too very quite rather some any each every both all other another such same several many much more most few one
        just only still again ever even once first second third finally initially later eventually meanwhile throughout
        video clip scene footage frame image picture camera shot view screen viewer shows show showing shown depicts depict features
        feature featuring captures capture captured see seen appears seems seem possibly probably likely perhaps suggests suggest
        suggesting indicate indicates indicating various overall
        """);

    private static readonly Dictionary<string, string> Irregular = Pairs("""
        men:man women:woman children:child people:person persons:person feet:foot teeth:tooth mice:mouse geese:goose wolves:wolf
        leaves:leave left:left ran:run sat:sit stood:stand held:hold wore:wear went:go gone:go came:come took:take taken:take gave:give
        given:give made:make began:start begun:start begins:start begin:start beginning:start fell:fall fallen:fall flew:fly flown:fly
        rode:ride ridden:ride drove:drive driven:drive threw:throw thrown:throw caught:catch spoke:speak spoken:speak swam:swim
        ate:eat eaten:eat drank:drink lay:lie lying:lie rose:rise risen:rise grew:grow slid:slide shook:shake wrote:write
        """);

    private static readonly Dictionary<string, string> Synonyms = Pairs("""
        guy:man gentleman:man male:man lady:woman female:woman kid:child toddler:child infant:baby individual:person human:person someone:person
        somebody:person automobile:car vehicle:car bike:bicycle couch:sofa grey:gray huge:large big:large giant:large tiny:small little:small
        rightward:right rightwards:right leftward:left leftwards:left upward:up upwards:up downward:down downwards:down
        halt:stop pause:stop vanish:disappear talk:speak chat:speak stroll:walk jog:run seat:sit grasp:hold grip:hold clutch:hold
        glide:move drift:move travel:move disk:circle disc:circle ball:circle puppy:dog kitten:cat street:road forest:wood photo:photograph
        cook:cook prepare:cook observe:watch gaze:look glance:look stare:look display:present smile:smile grin:smile
        """);

    /// <summary>
    /// A caption's content words in order, clause by clause, sentence by sentence: <c>[sentence][clause][word]</c>. Sentences end at
    /// <c>. ! ?</c> and line ends; clauses also at <c>, ; :</c> and at "then", "while", "and", "but".
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<IReadOnlyList<string>>> Sentences(string caption) =>
        [.. SentenceEnd().Split(Regularize(caption))
            .Select(sentence => (IReadOnlyList<IReadOnlyList<string>>)[.. ClauseEnd().Split(sentence)
                .Select(Content)
                .Where(words => words.Count > 0)])
            .Where(clauses => clauses.Count > 0)];

    /// <summary>One word in normal form: lower case, without ending, synonyms made one.</summary>
    public static string Normal(string word)
    {
        word = word.ToLowerInvariant();
        word = Irregular.GetValueOrDefault(word, word);
        word = Synonyms.GetValueOrDefault(word, word);
        var stem = Stem(word);
        return StemmedSynonyms.Value.GetValueOrDefault(stem, stem);
    }

    // "appears to be" says nothing by itself, "appears" is an event of its own.
    private static string Regularize(string caption) => SeemsToBe().Replace(caption.ToLowerInvariant(), " ").Replace("appears", "appeared");

    private static IReadOnlyList<string> Content(string clause) =>
        [.. Word().Matches(clause).Select(m => m.Value.EndsWith("'s", StringComparison.Ordinal) ? m.Value[..^2] : m.Value)
            .Where(w => !Small.Contains(w)).Select(Normal)];

    private static string Stem(string word)
    {
        if (word.Length <= 3 || char.IsDigit(word[0]))
        {
            return word;
        }

        var stem = word switch
        {
            _ when word.EndsWith("ies", StringComparison.Ordinal) => word[..^3] + "y",
            _ when word.EndsWith("sses", StringComparison.Ordinal) => word[..^2],
            _ when word.EndsWith("ing", StringComparison.Ordinal) && HasVowel(word[..^3]) => Undouble(word[..^3]),
            _ when word.EndsWith("ied", StringComparison.Ordinal) => word[..^3] + "y",
            _ when word.EndsWith("ed", StringComparison.Ordinal) && HasVowel(word[..^2]) => Undouble(word[..^2]),
            _ when word.EndsWith("es", StringComparison.Ordinal) && "sxzh".Contains(word[^3]) => word[..^2],
            _ when word.EndsWith('s') && !word.EndsWith("ss", StringComparison.Ordinal) && !word.EndsWith("us", StringComparison.Ordinal) => word[..^1],
            _ => word,
        };
        return stem.Length > 3 && stem[^1] == 'e' ? stem[..^1] : stem;
    }

    private static bool HasVowel(string part) => part.Length >= 2 && part.AsSpan().IndexOfAny("aeiouy") >= 0;

    private static string Undouble(string stem) =>
        stem.Length > 2 && stem[^1] == stem[^2] && !"lsz".Contains(stem[^1]) ? stem[..^1] : stem;

    // Synonyms of the inflected forms ("strolling") are found by their stems.
    private static readonly Lazy<Dictionary<string, string>> StemmedSynonyms = new(() =>
        Synonyms.GroupBy(p => Stem(p.Key)).ToDictionary(g => g.Key, g => Stem(g.First().Value)));

    private static HashSet<string> Words(string text) => [.. text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];

    private static Dictionary<string, string> Pairs(string text) =>
        Words(text).Select(p => p.Split(':')).ToDictionary(p => p[0], p => p[1]);

    [GeneratedRegex(@"[.!?\r\n]+")]
    private static partial Regex SentenceEnd();

    [GeneratedRegex(@"[,;:()]|\b(?:then|while|and|but)\b")]
    private static partial Regex ClauseEnd();

    [GeneratedRegex(@"\b(?:appears?|seems?) (?:to be|as if|as though|that)\b")]
    private static partial Regex SeemsToBe();

    [GeneratedRegex(@"[\p{L}\p{N}]+(?:'[\p{L}]+)?")]
    private static partial Regex Word();
}
