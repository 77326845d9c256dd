// The C interface of stores, groups and reducers.
#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "group.h"
#include "praline_distributed.h"
#include "reducer.h"

#if PRALINE_C10D
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#ifdef USE_C10D_GLOO
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#endif
#ifdef USE_C10D_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif
#endif

using praline::borrow;
using praline::guarded;

namespace {
[[maybe_unused]] constexpr const char* kAbsent =
    "this build has no collectives: the libtorch it was built against has no c10d, or its headers (Debian: libgloo-dev) were missing";
}

#if PRALINE_C10D
using praline::Group;
using praline::Job;
using praline::Reducer;
using StoreHandle = c10::intrusive_ptr<c10d::Store>;
using JobHandle = std::shared_ptr<Job>;

namespace {

c10d::Store& store_of(pt_store store) { return **static_cast<StoreHandle*>(store); }
Group& group_of(pt_group group) { return *static_cast<Group*>(group); }
Reducer& reducer_of(pt_reducer reducer) { return *static_cast<Reducer*>(reducer); }

int waited(Job& job, int64_t timeout_ms) {
  bool done = false;
  const int status = guarded([&] { done = job.wait(std::chrono::milliseconds(timeout_ms)); });
  return status != 0 ? status : done ? 0 : 1;
}

// libtorch 2.4 made the libuv server the default, which distributions build without; older ones have no such field.
template <typename Options>
auto without_libuv(Options& options, int) -> decltype(options.useLibUV, void()) {
  options.useLibUV = false;
}

template <typename Options>
void without_libuv(Options&, long) {}

}  // namespace

PT_API int32_t pt_dist_backends() {
  int32_t bits = 0;
#ifdef USE_C10D_GLOO
  bits |= 1;
#endif
#ifdef USE_C10D_NCCL
  bits |= 2;
#endif
  return bits;
}

PT_API int pt_store_create(const char* host, int32_t port, int32_t serve, int64_t timeout_ms, pt_store* result) {
  return guarded([&] {
    c10d::TCPStoreOptions options;
    options.port = static_cast<uint16_t>(port);
    options.isServer = serve != 0;
    options.waitWorkers = false;
    without_libuv(options, 0);
    options.timeout = std::chrono::milliseconds(timeout_ms);
    StoreHandle store = c10::make_intrusive<c10d::TCPStore>(std::string(host), options);
    *result = new StoreHandle(std::move(store));
  });
}

PT_API int pt_store_set(pt_store store, const char* key, const void* value, int64_t bytes) {
  return guarded([&] {
    const auto* data = static_cast<const uint8_t*>(value);
    store_of(store).set(key, std::vector<uint8_t>(data, data + bytes));
  });
}

PT_API int pt_store_get(pt_store store, const char* key, void** value, int64_t* bytes) {
  return guarded([&] {
    const auto data = store_of(store).get(key);
    *value = std::malloc(data.size() + 1);
    std::memcpy(*value, data.data(), data.size());
    *bytes = static_cast<int64_t>(data.size());
  });
}

PT_API int pt_store_add(pt_store store, const char* key, int64_t amount, int64_t* result) {
  return guarded([&] { *result = store_of(store).add(key, amount); });
}

PT_API int pt_store_has(pt_store store, const char* key, int32_t* result) {
  return guarded([&] { *result = store_of(store).check({std::string(key)}) ? 1 : 0; });
}

PT_API void pt_store_free(pt_store store) { delete static_cast<StoreHandle*>(store); }

PT_API int pt_group_create(pt_store store, const char* name, int32_t backend, int32_t rank, int32_t world, int64_t timeout_ms,
                           const char* hostname, const char* interface_name, pt_group* result) {
  return guarded([&] {
    auto named = c10::make_intrusive<c10d::PrefixStore>(std::string(name), *static_cast<StoreHandle*>(store));
    const auto timeout = std::chrono::milliseconds(timeout_ms);
    c10::intrusive_ptr<praline::Backend> group;
#ifdef USE_C10D_GLOO
    if (backend == 1) {
      auto options = c10d::ProcessGroupGloo::Options::create(timeout);
      options->devices.push_back(interface_name != nullptr ? c10d::ProcessGroupGloo::createDeviceForInterface(interface_name)
                                 : hostname != nullptr     ? c10d::ProcessGroupGloo::createDeviceForHostname(hostname)
                                                           : c10d::ProcessGroupGloo::createDefaultDevice());
      options->threads = 1;
      group = c10::make_intrusive<c10d::ProcessGroupGloo>(named, rank, world, options);
    }
#endif
#ifdef USE_C10D_NCCL
    if (backend == 2) {
      auto options = c10d::ProcessGroupNCCL::Options::create();
      options->timeout = timeout;
      group = c10::make_intrusive<c10d::ProcessGroupNCCL>(named, rank, world, options);
    }
#endif
    TORCH_CHECK(group, "the backend ", backend == 1 ? "Gloo" : "NCCL", " is not part of this build");
    *result = new Group(std::move(group), backend == 1, rank, world);
  });
}

PT_API void pt_group_free(pt_group group) { delete static_cast<Group*>(group); }

PT_API int pt_group_start(pt_group group, int32_t what, pt_tensor tensor, pt_tensor output, int32_t root, pt_work* result) {
  return guarded([&] {
    Group* on = &group_of(group);
    at::Tensor in = borrow(tensor), out = borrow(output);
    TORCH_CHECK(in.is_contiguous() && (!out.defined() || out.is_contiguous()), "collectives need contiguous tensors");
    std::function<void()> work;
    switch (what) {
      case PT_BROADCAST: work = [=] { on->broadcast(in, root); }; break;
      case PT_ALL_REDUCE: work = [=] { on->all_reduce(in); }; break;
      case PT_ALL_GATHER: work = [=] { on->all_gather(in, out); }; break;
      case PT_REDUCE_SCATTER: work = [=] { on->reduce_scatter(in, out); }; break;
      default: TORCH_CHECK(false, "no collective has the number ", what);
    }
    *result = new JobHandle(on->start(std::move(work), in.device()));
  });
}

PT_API int pt_group_lend(pt_group group, const pt_tensor* parts, const int32_t* types, int32_t n, int32_t wanted, pt_tensor whole,
                         pt_work* result) {
  return guarded([&] {
    Group* on = &group_of(group);
    std::vector<at::ScalarType> travels(n);
    std::transform(types, types + n, travels.begin(), [](int32_t type) { return static_cast<at::ScalarType>(type); });
    at::Tensor into = borrow(whole);
    TORCH_CHECK(n > 0 && wanted < n && into.defined() == (wanted >= 0), "what is wanted needs a place, and only that");
    const std::vector<at::Tensor> all = borrow(parts, n);
    *result = new JobHandle(on->start([=] { on->lend(all, travels, wanted, into); }, all.at(0).device()));
  });
}

PT_API int pt_work_wait(pt_work work, int64_t timeout_ms) { return waited(**static_cast<JobHandle*>(work), timeout_ms); }
PT_API void pt_work_free(pt_work work) { delete static_cast<JobHandle*>(work); }

PT_API int pt_reducer_create(pt_group group, const pt_tensor* parameters, const int32_t* bucket_of, const int64_t* offset_of, int32_t n,
                             const int64_t* bucket_size, int32_t buckets, int32_t scatter, pt_reducer* result) {
  return guarded([&] {
    *result = new Reducer(group_of(group), borrow(parameters, n), std::vector<int32_t>(bucket_of, bucket_of + n),
                          std::vector<int64_t>(offset_of, offset_of + n),
                          std::vector<int64_t>(bucket_size, bucket_size + buckets), scatter != 0);
  });
}

PT_API void pt_reducer_free(pt_reducer reducer) { delete static_cast<Reducer*>(reducer); }
PT_API int pt_reducer_add(pt_reducer reducer, int32_t* finite) {
  return guarded([&] { *finite = reducer_of(reducer).add() ? 1 : 0; });
}
PT_API int pt_reducer_arm(pt_reducer reducer) {
  return guarded([&] { reducer_of(reducer).arm(); });
}
PT_API int pt_reducer_flush(pt_reducer reducer, int32_t drop, int32_t* finite) {
  return guarded([&] { *finite = reducer_of(reducer).flush(drop != 0) ? 1 : 0; });
}
PT_API int pt_reducer_wait(pt_reducer reducer, int64_t timeout_ms) {
  bool done = false;
  const int status = guarded([&] { done = reducer_of(reducer).wait(std::chrono::milliseconds(timeout_ms)); });
  return status != 0 ? status : done ? 0 : 1;
}
PT_API int pt_reducer_flags(pt_reducer reducer, int32_t* flags) {
  return guarded([&] { reducer_of(reducer).flags(flags); });
}
PT_API int pt_reducer_clear_sums(pt_reducer reducer) {
  return guarded([&] { reducer_of(reducer).clear_sums(); });
}
PT_API int pt_reducer_result(pt_reducer reducer, int32_t bucket, pt_tensor* result) {
  return guarded([&] { *result = praline::give(reducer_of(reducer).result(bucket)); });
}
PT_API int pt_reducer_stats(pt_reducer reducer, double* seconds, double* waited_for, int64_t* bytes) {
  return guarded([&] { reducer_of(reducer).stats(seconds, waited_for, bytes); });
}

#else  // without c10d every call says what is missing

PT_API int32_t pt_dist_backends() { return 0; }
#define PRALINE_ABSENT guarded([] { TORCH_CHECK(false, kAbsent); })
PT_API int pt_store_create(const char*, int32_t, int32_t, int64_t, pt_store*) { return PRALINE_ABSENT; }
PT_API int pt_store_set(pt_store, const char*, const void*, int64_t) { return PRALINE_ABSENT; }
PT_API int pt_store_get(pt_store, const char*, void**, int64_t*) { return PRALINE_ABSENT; }
PT_API int pt_store_add(pt_store, const char*, int64_t, int64_t*) { return PRALINE_ABSENT; }
PT_API int pt_store_has(pt_store, const char*, int32_t*) { return PRALINE_ABSENT; }
PT_API void pt_store_free(pt_store) {}
PT_API int pt_group_create(pt_store, const char*, int32_t, int32_t, int32_t, int64_t, const char*, const char*, pt_group*) {
  return PRALINE_ABSENT;
}
PT_API void pt_group_free(pt_group) {}
PT_API int pt_group_start(pt_group, int32_t, pt_tensor, pt_tensor, int32_t, pt_work*) { return PRALINE_ABSENT; }
PT_API int pt_group_lend(pt_group, const pt_tensor*, const int32_t*, int32_t, int32_t, pt_tensor, pt_work*) { return PRALINE_ABSENT; }
PT_API int pt_work_wait(pt_work, int64_t) { return PRALINE_ABSENT; }
PT_API void pt_work_free(pt_work) {}
PT_API int pt_reducer_create(pt_group, const pt_tensor*, const int32_t*, const int64_t*, int32_t, const int64_t*, int32_t, int32_t,
                             pt_reducer*) {
  return PRALINE_ABSENT;
}
PT_API void pt_reducer_free(pt_reducer) {}
PT_API int pt_reducer_add(pt_reducer, int32_t*) { return PRALINE_ABSENT; }
PT_API int pt_reducer_arm(pt_reducer) { return PRALINE_ABSENT; }
PT_API int pt_reducer_flush(pt_reducer, int32_t, int32_t*) { return PRALINE_ABSENT; }
PT_API int pt_reducer_wait(pt_reducer, int64_t) { return PRALINE_ABSENT; }
PT_API int pt_reducer_flags(pt_reducer, int32_t*) { return PRALINE_ABSENT; }
PT_API int pt_reducer_clear_sums(pt_reducer) { return PRALINE_ABSENT; }
PT_API int pt_reducer_result(pt_reducer, int32_t, pt_tensor*) { return PRALINE_ABSENT; }
PT_API int pt_reducer_stats(pt_reducer, double*, double*, int64_t*) { return PRALINE_ABSENT; }
#endif
