namespace Praline.Text.Tokenizers.Loading;

/// <summary>The error for a <c>type</c> that is not known.</summary>
internal static class Unknown
{
    public static PralineException Type(JsonSection section, string what, string known) =>
        section["type"] is { IsNull: false } type && type.IsString
            ? type.Fail($"{what} '{type.String()}' is not supported; known are {known}.")
            : section["type"].Expected($"the kind of {what}, one of {known}");
}
