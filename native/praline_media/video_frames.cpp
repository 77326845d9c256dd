// The reading half of VideoReader: packets, seeking, frames.
#include <algorithm>

#include "error.h"
#include "video_reader.h"

namespace praline {
namespace {

constexpr int64_t kSkipInsteadOfSeek = 32;

bool is_damaged(const AVFrame& frame) {
  return (frame.flags & AV_FRAME_FLAG_CORRUPT) != 0 || frame.decode_error_flags != 0;
}

}  // namespace

/// Puts the next packet of the stream into packet_ and counts it. PM_END after the last.
int VideoReader::read_packet() {
  if (pending_) {
    pending_ = false;
    next_++;
    return PM_OK;
  }
  for (;;) {
    av_packet_unref(packet_);
    const int status = av_read_frame(container_, packet_);
    if (status < 0) {
      return PM_END;  // the end, or damage: what follows can't be read
    }
    if (belongs(*packet_)) {
      next_++;
      return PM_OK;
    }
  }
}

/// Back to the first packet.
int VideoReader::restart() {
  next_ = 0;
  pending_ = false;
  const int64_t first = index_.dts(0) != AV_NOPTS_VALUE ? index_.dts(0) : index_.pts(0);
  if (first != AV_NOPTS_VALUE && av_seek_frame(container_, stream_, first, AVSEEK_FLAG_BACKWARD) >= 0 &&
      read_packet() == PM_OK && index_.locate(*packet_) == 0) {
    next_ = 0;
    pending_ = true;
    return PM_OK;
  }
  const int status = open_container();
  return status == PM_OK ? choose_stream() : status;
}

/// Moves the demuxer to the given packet or one before it.
int VideoReader::seek_to(int64_t ordinal) {
  if (ordinal == 0) {
    return restart();
  }
  // Containers differ in which of the two timestamps their index holds, so both are tried, and what comes is checked.
  for (const int64_t timestamp : {index_.dts(ordinal), index_.pts(ordinal)}) {
    pending_ = false;
    if (timestamp == AV_NOPTS_VALUE || av_seek_frame(container_, stream_, timestamp, AVSEEK_FLAG_BACKWARD) < 0 ||
        read_packet() != PM_OK) {
      continue;
    }
    const int64_t found = index_.locate(*packet_);
    if (found >= 0 && found <= ordinal) {
      next_ = found;
      pending_ = true;
      return PM_OK;
    }
  }
  return restart();
}

/// Reads up to the given packet without decoding, so that it is the next one.
int VideoReader::skip_to(int64_t ordinal) {
  while (next_ < ordinal) {
    if (read_packet() != PM_OK) {
      return PM_END;
    }
  }
  return PM_OK;
}

/// Gives packet_ to the decoder, marked with its ordinal, which the decoder hands on to the frame.
int VideoReader::send(bool only_references) {
  packet_->pts = next_ - 1;
  decoder_->skip_frame = only_references ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
  int status = avcodec_send_packet(decoder_, packet_);
  while (status == AVERROR(EAGAIN)) {
    const int received = receive_wanted();
    if (received < 0) {
      return received;
    }
    status = avcodec_send_packet(decoder_, packet_);
  }
  // A damaged packet yields no frame; whether that matters shows when a wanted frame is missing.
  return status == AVERROR(ENOMEM) ? fail_av(PM_ERROR, "decoding", status) : PM_OK;
}

/// Takes what the decoder has ready and converts the frames that are wanted.
int VideoReader::receive_wanted() {
  for (;;) {
    const int status = avcodec_receive_frame(decoder_, frame_);
    if (status == AVERROR(EAGAIN) || status == AVERROR_EOF) {
      return PM_OK;
    }
    if (status < 0) {
      if (status == AVERROR(ENOMEM)) {
        return fail_av(PM_ERROR, "decoding", status);
      }
      continue;
    }
    const auto found = wanted_.find(frame_->pts);
    if (found != wanted_.end() && !is_damaged(*frame_)) {
      const int converted = converter_.convert(*frame_, slots_[found->second]);
      if (converted < 0) {
        return fail_av(PM_ERROR, "converting a frame to RGB", converted);
      }
      wanted_.erase(found);
    }
    av_frame_unref(frame_);
  }
}

int VideoReader::drain_wanted() {
  avcodec_send_packet(decoder_, nullptr);
  const int status = receive_wanted();
  avcodec_flush_buffers(decoder_);
  return status;
}

int VideoReader::read(const int64_t* indices, int count, uint8_t* const* rgb) {
  clear_log();
  slots_ = rgb;
  wanted_.clear();
  if (index_.ordered()) {
    const int status = read_by_seeking(indices, count);
    if (status != PM_OK || wanted_.empty()) {
      return status;
    }
  }
  return read_in_turn(indices, count);
}

/// Decodes from the nearest keyframe before each frame. Frames that don't come stay in wanted_.
int VideoReader::read_by_seeking(const int64_t* indices, int count) {
  std::vector<int64_t> targets;
  for (int i = 0; i < count && indices[i] < index_.frames(); i++) {
    targets.push_back(index_.packet_of_frame(indices[i]));
    wanted_[targets.back()] = i;
  }
  if (targets.size() < static_cast<size_t>(count)) {
    wanted_[INT64_MAX] = count - 1;  // behind the last packet: can't come
  }
  avcodec_flush_buffers(decoder_);
  bool placed = false;
  for (const int64_t target : targets) {
    const int64_t start = index_.start_for(target);
    if (!placed || start > next_) {
      int status = placed ? drain_wanted() : PM_OK;
      if (status == PM_OK && (!placed || start - next_ > kSkipInsteadOfSeek)) {
        status = seek_to(start);
      }
      if (status == PM_OK) {
        status = skip_to(start);
      }
      if (status != PM_OK) {
        return status == PM_END ? PM_OK : status;
      }
      placed = true;
    }
    while (next_ <= target) {
      if (read_packet() != PM_OK) {
        return drain_wanted();
      }
      const bool decode_only_if_reference = wanted_.find(next_ - 1) == wanted_.end();
      int status = send(decode_only_if_reference);
      if (status == PM_OK) {
        status = receive_wanted();
      }
      if (status != PM_OK) {
        return status;
      }
    }
  }
  return drain_wanted();
}

/// Decodes from the first packet and counts frames as they come: slow, and right whatever the timestamps say.
int VideoReader::read_in_turn(const int64_t* indices, int count) {
  int status = rewind();
  if (status != PM_OK) {
    return status;
  }
  int64_t frame = 0;
  for (int i = 0; i < count; i++) {
    while (frame <= indices[i]) {
      status = next(frame == indices[i] ? slots_[i] : nullptr);
      if (status == PM_END) {
        decodable_ = frame;
        return fail(PM_ERROR_MISSING, "only " + std::to_string(frame) + " frames decode");
      }
      if (status != PM_OK) {
        return status;
      }
      frame++;
    }
  }
  return PM_OK;
}

int VideoReader::rewind() {
  avcodec_flush_buffers(decoder_);
  decoder_->skip_frame = AVDISCARD_DEFAULT;
  draining_ = false;
  return restart();
}

/// The next frame in turn; rgb null: only decode it.
int VideoReader::next(uint8_t* rgb) {
  for (;;) {
    int status = avcodec_receive_frame(decoder_, frame_);
    if (status >= 0) {
      const int converted = rgb != nullptr ? converter_.convert(*frame_, rgb) : 0;
      av_frame_unref(frame_);
      return converted < 0 ? fail_av(PM_ERROR, "converting a frame to RGB", converted) : PM_OK;
    }
    if (status == AVERROR_EOF) {
      return PM_END;
    }
    if (status == AVERROR(ENOMEM)) {
      return fail_av(PM_ERROR, "decoding", status);
    }
    if (status != AVERROR(EAGAIN)) {
      continue;  // one damaged frame: the decoder goes on with the next
    }
    if (read_packet() == PM_OK) {
      packet_->pts = next_ - 1;
      avcodec_send_packet(decoder_, packet_);
    } else {
      draining_ = true;
      avcodec_send_packet(decoder_, nullptr);
    }
  }
}

}  // namespace praline
