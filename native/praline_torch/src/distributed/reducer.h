// Gradients in flat buckets that are exchanged while the backward pass is under way, as PyTorch's DistributedDataParallel does
// (Li et al. 2020, "PyTorch Distributed"). Buckets are sent strictly in order on every rank, filled or (unused parameters) with zeros.
#pragma once
#include "../node_pointer.h"
#include "group.h"

#if PRALINE_C10D
namespace praline {

class Reducer {
 public:
  Reducer(Group& group, std::vector<at::Tensor> parameters, std::vector<int32_t> bucket_of, std::vector<int64_t> offset_of,
          std::vector<int64_t> sizes, bool scatter);
  ~Reducer();

  bool add();
  void arm();
  bool flush(bool drop);
  bool wait(std::chrono::milliseconds limit);
  void flags(int32_t* flags) const;
  void clear_sums();
  at::Tensor result(int32_t bucket) const { return buckets_[bucket].result; }
  void stats(double* seconds, double* waited, int64_t* bytes);

  // The gradient of parameter i is complete for this backward pass; called by the autograd engine.
  void fired(size_t i);

 private:
  struct Bucket {
    int64_t size = 0;
    at::Tensor send;    // what this rank gives: [size]
    at::Tensor sums;    // earlier micro-batches: [size], or undefined
    at::Tensor result;  // the sum over ranks: [size], or this rank's part of it
    std::vector<size_t> members;
    size_t missing = 0;
    bool sent = false;
    std::shared_ptr<Job> job;
  };

  at::Tensor place(const at::Tensor& flat, size_t i) const;
  void fill(Bucket& bucket);
  void take(size_t i);
  void send_ready();
  void send(Bucket& bucket);

  Group& group_;
  const std::vector<at::Tensor> parameters_;
  const std::vector<int32_t> bucket_of_;
  const std::vector<int64_t> offset_of_;
  const bool scatter_;
  std::vector<Bucket> buckets_;
  std::vector<char> taken_, late_, used_;
  size_t next_ = 0;  // the first bucket that was not sent yet
  bool armed_ = false, finite_ = true;
  std::mutex mutex_;
  std::vector<std::pair<NodePointer, uintptr_t>> hooks_;

  std::mutex stats_mutex_;
  double seconds_ = 0, waited_ = 0;
  int64_t bytes_ = 0;
};

}  // namespace praline
#endif
