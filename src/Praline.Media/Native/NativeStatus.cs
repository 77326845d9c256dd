namespace Praline.Media;

/// <summary>Mirrors <c>pm_status</c> of native/praline_media/praline_media.h.</summary>
internal enum NativeStatus
{
    Ok = 0,
    End = 1,
    Error = -1,
    Unreadable = -2,
    NoVideo = -3,
    NoDecoder = -4,
    TooLarge = -5,
    Missing = -6,
}
