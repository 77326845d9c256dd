namespace Praline.Cli.Demo;

/// <summary>One model's captions of the held-out videos, by video name.</summary>
/// <param name="Label">The method.</param>
/// <param name="Seed">The training's seed; null for the base.</param>
/// <param name="Captions">Video name → caption.</param>
internal sealed record MethodCaptions(string Label, int? Seed, IReadOnlyDictionary<string, string> Captions);
