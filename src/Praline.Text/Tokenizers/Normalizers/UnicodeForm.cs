namespace Praline.Text.Tokenizers.Normalizers;

/// <summary>The four normalization forms of Unicode (UAX #15).</summary>
internal enum UnicodeForm
{
    Nfc,
    Nfd,
    Nfkc,
    Nfkd,
}
