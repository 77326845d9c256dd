namespace Praline.Text.Tokenizers.SentencePiece;

/// <summary>SentencePiece's <c>ModelProto.SentencePiece.Type</c>.</summary>
internal enum PieceKind
{
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}
