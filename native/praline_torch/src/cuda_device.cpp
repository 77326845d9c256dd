#include "cuda_device.h"

#include <c10/util/Exception.h>
#include <dlfcn.h>

#include <array>
#include <atomic>
#include <sstream>

namespace praline {
namespace {

// The few functions of the driver's interface that are needed; they are part of its stable ABI.
struct Driver {
  int (*init)(unsigned) = nullptr;
  int (*version)(int*) = nullptr;
  int (*device)(int*, int) = nullptr;
  int (*name)(char*, int, int) = nullptr;
  int (*memory)(size_t*, int) = nullptr;
  int (*attribute)(int*, int, int) = nullptr;

  Driver() {
    void* library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_GLOBAL);
    if (library == nullptr) return;
    load(library, "cuInit", init);
    load(library, "cuDriverGetVersion", version);
    load(library, "cuDeviceGet", device);
    load(library, "cuDeviceGetName", name);
    load(library, "cuDeviceTotalMem_v2", memory);
    load(library, "cuDeviceGetAttribute", attribute);
  }

  bool works() const { return attribute != nullptr && init != nullptr && device != nullptr && init(0) == 0; }

 private:
  template <typename Function>
  static void load(void* library, const char* symbol, Function& function) {
    function = reinterpret_cast<Function>(dlsym(library, symbol));
  }
};

const Driver& driver() {
  static const Driver loaded;
  return loaded;
}

int capability_of(int device) {
  int major = 0, minor = 0;  // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and _MINOR
  driver().attribute(&major, 75, device);
  driver().attribute(&minor, 76, device);
  return major * 10 + minor;
}

}  // namespace

int compute_capability(int index) {
  static std::array<std::atomic<int>, 64> known{};
  index = index < 0 ? 0 : index;
  if (index >= static_cast<int>(known.size())) return 0;
  if (known[index] == 0) {
    int device = 0;
    known[index] = driver().works() && driver().device(&device, index) == 0 ? capability_of(device) : -1;
  }
  return known[index] < 0 ? 0 : known[index].load();
}

std::string device_description(int index) {
  int device = 0, version = 0;
  TORCH_CHECK(driver().works() && driver().device(&device, index) == 0, "the NVIDIA driver knows no device ", index);
  char name[256] = {};
  size_t memory = 0;
  driver().name(name, sizeof name - 1, device);
  driver().memory(&memory, device);
  driver().version(&version);
  const int capability = capability_of(device);
  std::ostringstream text;
  text << "name=" << name << "\nmemory=" << memory << "\ncapability=" << capability / 10 << '.' << capability % 10 << "\ndriver="
       << version / 1000 << '.' << version % 1000 / 10;
  return text.str();
}

}  // namespace praline
