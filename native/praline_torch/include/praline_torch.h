// A C interface over libtorch: any operator by its schema name, tensors, autograd, generators.
//
// Handles are owned by the caller and freed with the matching *_free. A function that can fail returns 0 on success and -1 on
// failure; the message is then in pt_last_error() of the same thread. Nothing throws across this boundary.
#pragma once
#include <stdint.h>

#if defined(_WIN32)
#define PT_API extern "C" __declspec(dllexport)
#else
#define PT_API extern "C" __attribute__((visibility("default")))
#endif

typedef void* pt_tensor;     // at::TensorImpl* with one reference
typedef void* pt_operator;   // const c10::OperatorHandle*, never freed
typedef void* pt_generator;  // at::Generator*

enum pt_tag : int32_t {
  PT_NONE = 0,
  PT_TENSOR = 1,
  PT_INT = 2,
  PT_DOUBLE = 3,
  PT_BOOL = 4,
  PT_INT_LIST = 5,     // p: const int64_t*, n: length
  PT_TENSOR_LIST = 6,  // p: pt_tensor*, n: length; null entries where the schema has Tensor?[]
  PT_DOUBLE_LIST = 7,
  PT_BOOL_LIST = 8,    // p: const int64_t*
  PT_STRING = 9,       // p: UTF-8, n: bytes
  PT_DEFAULT = 10,     // the schema's default
  PT_GENERATOR = 11,
  PT_DEVICE = 12,      // i: type << 8 | (index + 1)
};

struct pt_value {
  int32_t tag;
  int32_t n;
  union {
    int64_t i;
    double d;
    void* p;
  };
};

// ---- errors and runtime
PT_API const char* pt_last_error();
PT_API int32_t pt_last_error_is_memory();  // the last failure of this thread: a device's memory, or this machine's, did not suffice
PT_API const char* pt_version();
PT_API const char* pt_build_info();     // build settings and parallel settings of libtorch, one text
PT_API const char* pt_library_path();   // the libtorch that this library was linked against
PT_API const char* pt_library_origin();
PT_API int pt_set_num_threads(int32_t threads);
PT_API int32_t pt_get_num_threads();
PT_API int pt_set_interop_threads(int32_t threads);
// From now on freed blocks of a megabyte and more go back to the system at once; what lies idle already, now. Nothing where the C library isn't glibc.
PT_API void pt_return_memory();
PT_API int32_t pt_cuda_device_count();
PT_API int pt_set_deterministic(int32_t on);
PT_API int pt_set_allow_tf32(int32_t on);
PT_API int pt_cuda_synchronize();
PT_API int pt_cuda_set_device(int32_t index);                    // this thread's current device
PT_API int pt_cuda_describe(int32_t index, const char** text);   // lines key=value, a thread-local text
PT_API int pt_cuda_memory(int32_t index, int64_t* bytes);        // [4]: allocated, its peak, reserved, its peak
PT_API int pt_cuda_reset_peak(int32_t index);
PT_API int pt_cuda_empty_cache();
// on: begins to count how often this thread waits for a GPU; off: ends it and gives the count.
PT_API int pt_cuda_count_synchronizations(int32_t on, int64_t* count);
PT_API int pt_set_portable_kernels(int32_t on);                  // this thread: fused operators in ATen's operators on the CPU too
PT_API int32_t pt_portable_kernels();
PT_API int pt_manual_seed(uint64_t seed);
PT_API void pt_free(void* memory);

// ---- operators
PT_API pt_operator pt_operator_find(const char* name, const char* overload);
PT_API const char* pt_operator_schema(pt_operator op);  // thread-local text
// Calls through the dispatcher. results has room for capacity values; *count says how many came. Tensor lists come as
// PT_TENSOR_LIST whose p is freed with pt_free.
PT_API int pt_operator_call(pt_operator op, const pt_value* args, int32_t nargs, pt_value* results, int32_t capacity,
                            int32_t* count);

// ---- tensors
typedef void (*pt_release)(void* context);
PT_API int pt_tensor_from_blob(void* data, const int64_t* sizes, int32_t dims, int32_t dtype, pt_release release, void* context,
                               pt_tensor* result);
PT_API void pt_tensor_free(pt_tensor tensor);
PT_API pt_tensor pt_tensor_share(pt_tensor tensor);  // another handle to the same tensor
PT_API int32_t pt_tensor_dim(pt_tensor tensor);
PT_API void pt_tensor_sizes(pt_tensor tensor, int64_t* sizes);
PT_API int pt_tensor_strides(pt_tensor tensor, int64_t* strides);
PT_API int64_t pt_tensor_numel(pt_tensor tensor);
PT_API int32_t pt_tensor_dtype(pt_tensor tensor);
PT_API int64_t pt_tensor_device(pt_tensor tensor);  // type << 8 | (index + 1)
PT_API int32_t pt_tensor_is_contiguous(pt_tensor tensor);
PT_API void* pt_tensor_data(pt_tensor tensor);
PT_API int32_t pt_tensor_requires_grad(pt_tensor tensor);
PT_API int pt_tensor_set_requires_grad(pt_tensor tensor, int32_t on);
PT_API int32_t pt_tensor_is_leaf(pt_tensor tensor);
PT_API pt_tensor pt_tensor_grad(pt_tensor tensor);  // null when there is none
PT_API int pt_tensor_set_grad(pt_tensor tensor, pt_tensor grad);  // grad may be null

// ---- autograd
PT_API int32_t pt_grad_enabled();
PT_API void pt_set_grad_enabled(int32_t on);
PT_API int pt_backward(const pt_tensor* roots, const pt_tensor* grads, int32_t n, int32_t retain_graph, int32_t create_graph);
// results has room for n_inputs tensors; null where an input was not reached (allow_unused).
PT_API int pt_grad(const pt_tensor* outputs, const pt_tensor* grad_outputs, int32_t n_outputs, const pt_tensor* inputs,
                   int32_t n_inputs, int32_t retain_graph, int32_t create_graph, int32_t allow_unused, pt_tensor* results);

// Replaces the graph behind `output` (computed from `inner_input`, a detached copy of `outer_input`, and from leaves) by one step that
// calls back: it gets the gradient of the output (to own) and the leaves (to own), and returns gradients of the input and the leaves
// (owned by the caller of it; null where there is none); -1 is failure. `release` is called once, when the step isn't needed any more.
typedef int (*pt_backward_callback)(void* context, pt_tensor grad_output, const pt_tensor* leaves, int32_t n, pt_tensor* results);
PT_API int pt_checkpoint(pt_tensor output, pt_tensor inner_input, pt_tensor outer_input, pt_backward_callback callback,
                         pt_release release, void* context, pt_tensor* result);

// ---- generators
PT_API int pt_generator_create(int64_t device, uint64_t seed, pt_generator* result);
PT_API void pt_generator_free(pt_generator generator);
PT_API int pt_generator_seed(pt_generator generator, uint64_t seed);
PT_API int pt_generator_get_state(pt_generator generator, pt_tensor* state);
PT_API int pt_generator_set_state(pt_generator generator, pt_tensor state);
