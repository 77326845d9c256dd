#include "group.h"

#if PRALINE_C10D
#include <ATen/ATen.h>
#include <c10/core/impl/VirtualGuardImpl.h>

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

std::shared_ptr<Job> Group::start(std::function<void()> work, c10::Device device) {
  Task task{std::move(work), std::make_shared<Job>(), device, nullptr};
  if (!host_) {
    task.before = std::make_shared<c10::Event>(device.type());
    task.before->record(c10::impl::VirtualGuardImpl(device.type()).getStream(device));
  }
  auto job = task.job;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  changed_.notify_all();
  return job;
}

void Group::enter(const Task& task) {
  if (!task.before) return;
  const c10::impl::VirtualGuardImpl guard(task.device.type());
  guard.setDevice(task.device);
  if (!stream_) stream_ = guard.getStreamFromGlobalPool(task.device);
  guard.exchangeStream(*stream_);
  task.before->block(*stream_);
}

template <typename Work>
void Group::finish(const Work& work) {
  work->wait();
  // NCCL's wait only orders streams. Waiting for the device here keeps limits and measured times true, and tensors alive until they are not read any more.
  if (stream_) stream_->synchronize();
}

void Group::run() {
  at::NoGradGuard no_grad;
  std::string failed;
  for (;;) {
    Task next{nullptr, nullptr, c10::Device(c10::kCPU), nullptr};
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [&] { return stop_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      next = std::move(tasks_.front());
      tasks_.pop_front();
    }
    std::string error = failed;
    if (error.empty()) {
      try {
        enter(next);
        next.work();
      } catch (const c10::Error& e) {
        error = e.what_without_backtrace();
      } catch (const std::exception& e) {
        error = e.what();
      }
    }
    // After one failure ranks do not agree any more on what comes next.
    failed = error;
    next.work = nullptr;
    next.job->finish(error);
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
  finish(backend_->broadcast(tensors, options));
}

void Group::all_gather(const at::Tensor& part, at::Tensor whole) {
  if (host_) {
    std::vector<std::vector<at::Tensor>> outputs{bytes(whole).view({world_, -1}).unbind(0)};
    std::vector<at::Tensor> inputs{bytes(part)};
    finish(backend_->allgather(outputs, inputs));
    return;
  }
  at::Tensor input = part;
  finish(backend_->_allgather_base(whole, input));
}

void Group::reduce_scatter(at::Tensor whole, at::Tensor part) {
  if (host_) {
    at::Tensor received = at::empty_like(whole);
    std::vector<int64_t> even;
    finish(backend_->alltoall_base(received, whole, even, even));
    const auto parts = received.view({world_, -1}).unbind(0);
    part.copy_(parts[0]);
    for (int rank = 1; rank < world_; rank++) part.add_(parts[rank]);
    return;
  }
  at::Tensor input = whole;
  finish(backend_->_reduce_scatter_base(part, input));
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
  finish(backend_->allreduce(tensors));
}

}  // namespace praline
#endif
