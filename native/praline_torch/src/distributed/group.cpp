#include "group.h"

#if PRALINE_C10D
#include <ATen/ATen.h>

#include <algorithm>

namespace praline {

bool Job::wait(std::chrono::milliseconds limit) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!changed_.wait_for(lock, limit, [&] { return done_; })) return false;
  if (!error_.empty()) throw std::runtime_error(error_);
  return true;
}

void Job::finish(std::string error) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    done_ = true;
    error_ = std::move(error);
  }
  changed_.notify_all();
}

Group::Group(c10::intrusive_ptr<Backend> backend, bool host, int rank, int world)
    : backend_(std::move(backend)), host_(host), rank_(rank), world_(world), thread_([this] { run(); }) {}

Group::~Group() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::shared_ptr<Job> Group::start(std::function<void()> work) {
  auto job = std::make_shared<Job>();
  {
    std::lock_guard<std::mutex> lock(mutex_);
    jobs_.emplace_back(std::move(work), job);
  }
  changed_.notify_all();
  return job;
}

void Group::run() {
  at::NoGradGuard no_grad;
  std::string failed;
  for (;;) {
    std::pair<std::function<void()>, std::shared_ptr<Job>> next;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [&] { return stop_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      next = std::move(jobs_.front());
      jobs_.pop_front();
    }
    std::string error = failed;
    if (error.empty()) {
      try {
        next.first();
      } catch (const c10::Error& e) {
        error = e.what_without_backtrace();
      } catch (const std::exception& e) {
        error = e.what();
      }
    }
    // After one failure ranks do not agree any more on what comes next.
    failed = error;
    next.first = nullptr;
    next.second->finish(error);
  }
}

namespace {
// What is only copied may travel as bytes: Gloo has no bfloat16.
at::Tensor bytes(const at::Tensor& tensor) { return tensor.view(-1).view(at::kByte); }
}  // namespace

void Group::broadcast(at::Tensor tensor, int root) {
  std::vector<at::Tensor> tensors{host_ ? bytes(tensor) : tensor};
  c10d::BroadcastOptions options;
  options.rootRank = root;
  backend_->broadcast(tensors, options)->wait();
}

void Group::all_gather(const at::Tensor& part, at::Tensor whole) {
  if (host_) {
    std::vector<std::vector<at::Tensor>> outputs{bytes(whole).view({world_, -1}).unbind(0)};
    std::vector<at::Tensor> inputs{bytes(part)};
    backend_->allgather(outputs, inputs)->wait();
    return;
  }
  at::Tensor input = part;
  backend_->_allgather_base(whole, input)->wait();
}

void Group::reduce_scatter(at::Tensor whole, at::Tensor part) {
  if (host_) {
    at::Tensor received = at::empty_like(whole);
    std::vector<int64_t> even;
    backend_->alltoall_base(received, whole, even, even)->wait();
    const auto parts = received.view({world_, -1}).unbind(0);
    part.copy_(parts[0]);
    for (int rank = 1; rank < world_; rank++) part.add_(parts[rank]);
    return;
  }
  at::Tensor input = whole;
  backend_->_reduce_scatter_base(part, input)->wait();
}

void Group::lend(const std::vector<at::Tensor>& parts, const std::vector<at::ScalarType>& types, int64_t wanted, at::Tensor whole) {
  const auto numbers = parts.at(0).options().dtype(at::kLong).requires_grad(false);
  const at::Tensor asks = at::full({1}, wanted, numbers), asked = at::empty({world_}, numbers);
  for (;;) {
    all_gather(asks, asked);
    const at::Tensor said = asked.cpu();
    const auto* begin = said.data_ptr<int64_t>();
    const auto* first = std::find_if(begin, begin + world_, [](int64_t number) { return number >= 0; });
    if (first == begin + world_) return;
    const int64_t turn = *first;
    const at::Tensor part = parts.at(turn).detach().to(types.at(turn)).contiguous();
    // Another rank's turn needs no room of its own where it fits into what waits to be filled.
    const bool fits = whole.defined() && whole.scalar_type() == part.scalar_type() && whole.numel() == world_ * part.numel();
    all_gather(part, fits ? whole : at::empty({world_ * part.numel()}, part.options()));
    if (turn == wanted) return;
  }
}

void Group::all_reduce(at::Tensor tensor) {
  // Gloo's and NCCL's rings add each element in an order that depends on its place and the number of ranks alone: the same bits every time.
  std::vector<at::Tensor> tensors{tensor};
  backend_->allreduce(tensors)->wait();
}

}  // namespace praline
#endif
