// Errors: one message per thread, with what FFmpeg itself had to say about it.
#pragma once

#include <string>

#include "praline_media.h"

namespace praline {

/// Stores the message for pm_last_error() and returns the status, so that callers can `return fail(...)`.
int fail(pm_status status, const std::string& message);

/// The same with FFmpeg's text for its error code, and its last log line if there was one.
int fail_av(pm_status status, const std::string& message, int av_error);

/// Makes FFmpeg quiet, and keeps its last error line of each thread for fail_av().
void capture_log();

/// Forgets the log line kept so far: call it where a new operation begins.
void clear_log();

}  // namespace praline
