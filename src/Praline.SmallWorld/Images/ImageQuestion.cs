namespace Praline.SmallWorld;

/// <summary>A question about an image, and what is known of it.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Text">Its words.</param>
/// <param name="Topic">What it asks for, within its type, e.g. "owner" or "place".</param>
/// <param name="Subject">The object that it names, if any (a false premise may name one that isn't there).</param>
/// <param name="Value">
/// Of a plain question the right answer in words; of a false premise the attribute that is wrong; of a judgement its adjective; of an
/// ambiguous subject the words that several objects share ("circle", "red").
/// </param>
public sealed record ImageQuestion(QuestionType Type, string Text, string Topic, Subject? Subject = null, string? Value = null);
