// Several processes: c10d's store and process groups, and gradients that are exchanged beside the backward pass. Conventions as in
// praline_torch.h.
#pragma once
#include "praline_torch.h"

typedef void* pt_store;    // c10d::TCPStore
typedef void* pt_group;    // a process group
typedef void* pt_work;     // a collective under way
typedef void* pt_reducer;  // gradients of named parameters, in buckets

// Bits: 1 Gloo, 2 NCCL.
PT_API int32_t pt_dist_backends();
// Connects to the store at host:port, or serves it there. Every later call waits at most timeout_ms for a key.
PT_API int pt_store_create(const char* host, int32_t port, int32_t serve, int64_t timeout_ms, pt_store* result);
PT_API int pt_store_set(pt_store store, const char* key, const void* value, int64_t bytes);
PT_API int pt_store_get(pt_store store, const char* key, void** value, int64_t* bytes);  // value is freed with pt_free
PT_API int pt_store_add(pt_store store, const char* key, int64_t amount, int64_t* result);
PT_API int pt_store_has(pt_store store, const char* key, int32_t* result);
PT_API void pt_store_free(pt_store store);

// backend: 1 Gloo, 2 NCCL. hostname: the local address to bind to, or null; interface wins where it is given. name keeps groups apart.
PT_API int pt_group_create(pt_store store, const char* name, int32_t backend, int32_t rank, int32_t world, int64_t timeout_ms,
                           const char* hostname, const char* interface_name, pt_group* result);
PT_API void pt_group_free(pt_group group);

enum pt_collective : int32_t {
  PT_BROADCAST = 0,       // tensor: in and out, from rank `root`
  PT_ALL_REDUCE = 1,      // tensor: in and out, the sum (bit-equal on every rank and in every run with as many ranks)
  PT_ALL_GATHER = 2,      // tensor [n] -> output [world * n]
  PT_REDUCE_SCATTER = 3,  // tensor [world * n] -> output [n], the sum in rank order
};
// Starts a collective on a thread of the group's; collectives of a group run in the order in which they were started.
PT_API int pt_group_start(pt_group group, int32_t what, pt_tensor tensor, pt_tensor output, int32_t root, pt_work* result);
// Starts gathering tensors of which each rank has a part, whichever rank asks for them: each round every rank says the number of the one that it
// wants (-1: none), and that of the first rank that wants any is gathered. Over when `wanted` lies in `whole`, or, with -1, when no rank wants
// any more. types: what each travels in.
PT_API int pt_group_lend(pt_group group, const pt_tensor* parts, const int32_t* types, int32_t n, int32_t wanted, pt_tensor whole,
                         pt_work* result);
// 0: done, 1: not yet after timeout_ms, -1: failed.
PT_API int pt_work_wait(pt_work work, int64_t timeout_ms);
PT_API void pt_work_free(pt_work work);

// Gradients of parameters in flat buckets, exchanged while the backward pass is still under way. bucket_of and offset_of place each
// parameter; bucket_size gives each bucket's elements (a multiple of the number of ranks). scatter: each rank keeps its part of a sum only.
PT_API int pt_reducer_create(pt_group group, const pt_tensor* parameters, const int32_t* bucket_of, const int64_t* offset_of, int32_t n,
                             const int64_t* bucket_size, int32_t buckets, int32_t scatter, pt_reducer* result);
PT_API void pt_reducer_free(pt_reducer reducer);
// Takes the parameters' gradients into the local sums and clears them; with finite = 0 nothing was added.
PT_API int pt_reducer_add(pt_reducer reducer, int32_t* finite);
// From here on a bucket is sent as soon as all its gradients are there.
PT_API int pt_reducer_arm(pt_reducer reducer);
// The backward pass is over: sends the rest. With drop the present gradients are left out where they can be. finite: whether all were.
PT_API int pt_reducer_flush(pt_reducer reducer, int32_t drop, int32_t* finite);
PT_API int pt_reducer_wait(pt_reducer reducer, int64_t timeout_ms);  // as pt_work_wait
// flags[i]: bit 1 where parameter i got more gradient after its bucket had been sent (it is still in the parameter), bit 2 where it has
// had any in this step.
PT_API int pt_reducer_flags(pt_reducer reducer, int32_t* flags);
PT_API int pt_reducer_clear_sums(pt_reducer reducer);
PT_API int pt_reducer_result(pt_reducer reducer, int32_t bucket, pt_tensor* result);
// Seconds of communication since the last call, those of them the caller waited for, and bytes that this rank sent.
PT_API int pt_reducer_stats(pt_reducer reducer, double* seconds, double* waited, int64_t* bytes);
