// Computes on every CUDA device (on the CPU where there is none) and compares with plain loops in double.
// Prints one JSON object a line; exits 0 only when every comparison held. With an argument it prints the first line
// alone: what the program has loaded and sees.
#include <torch/torch.h>

#include <dlfcn.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#if __has_include(<torch/version.h>)
#include <torch/version.h>
#endif

namespace {

using Numbers = std::vector<double>;

// A fixed sequence in [-1, 1): same input everywhere, no library's random numbers.
Numbers numbers(std::size_t count, std::uint32_t seed)
{
  Numbers result(count);
  std::uint32_t state = seed;
  for (double& value : result) {
    state = state * 1664525U + 1013904223U; // Numerical Recipes' linear congruential generator.
    value = static_cast<double>(static_cast<float>(state >> 8) / 8388608.0F - 1.0F);
  }
  return result;
}

torch::Tensor tensor_of(const Numbers& values, std::vector<std::int64_t> shape, const torch::Device& device)
{
  std::vector<float> floats(values.begin(), values.end());
  return torch::from_blob(floats.data(), shape, torch::kFloat32).clone().to(device);
}

// The largest difference, relative to the largest reference value.
double difference(const torch::Tensor& computed, const Numbers& reference)
{
  const torch::Tensor flat = computed.to(torch::kCPU).contiguous().view({-1});
  if (static_cast<std::size_t>(flat.numel()) != reference.size()) {
    return INFINITY;
  }
  const float* values = flat.data_ptr<float>();
  double worst = 0;
  double scale = 1e-30;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const double distance = std::fabs(static_cast<double>(values[i]) - reference[i]);
    worst = std::isnan(distance) ? INFINITY : std::fmax(worst, distance);
    scale = std::fmax(scale, std::fabs(reference[i]));
  }
  return worst / scale;
}

double elementwise(const torch::Device& device)
{
  const std::size_t count = 1U << 16U;
  const Numbers a = numbers(count, 1);
  const Numbers b = numbers(count, 2);
  const auto shape = std::vector<std::int64_t>{static_cast<std::int64_t>(count)};
  const torch::Tensor computed = torch::exp(tensor_of(a, shape, device)) * tensor_of(b, shape, device) + 0.5;
  Numbers reference(count);
  for (std::size_t i = 0; i < count; ++i) {
    reference[i] = std::exp(a[i]) * b[i] + 0.5;
  }
  return difference(computed, reference);
}

double reduction(const torch::Device& device)
{
  const std::size_t rows = 64;
  const std::size_t columns = 1000;
  const Numbers a = numbers(rows * columns, 3);
  const torch::Tensor computed =
      tensor_of(a, {static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns)}, device).sum(1);
  Numbers reference(rows, 0.0);
  for (std::size_t i = 0; i < rows * columns; ++i) {
    reference[i / columns] += a[i];
  }
  return difference(computed, reference);
}

double matmul(const torch::Device& device)
{
  const std::size_t n = 128;
  const Numbers a = numbers(n * n, 4);
  const Numbers b = numbers(n * n, 5);
  const auto shape = std::vector<std::int64_t>{static_cast<std::int64_t>(n), static_cast<std::int64_t>(n)};
  const torch::Tensor computed = torch::matmul(tensor_of(a, shape, device), tensor_of(b, shape, device));
  Numbers reference(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < n; ++k) {
      for (std::size_t j = 0; j < n; ++j) {
        reference[i * n + j] += a[i * n + k] * b[k * n + j];
      }
    }
  }
  return difference(computed, reference);
}

double convolution(const torch::Device& device)
{
  const std::size_t channels = 3;
  const std::size_t filters = 8;
  const std::size_t size = 32;
  const std::size_t kernel = 3;
  const std::size_t out = size - kernel + 1;
  const Numbers image = numbers(channels * size * size, 6);
  const Numbers weight = numbers(filters * channels * kernel * kernel, 7);
  const torch::Tensor computed =
      torch::conv2d(tensor_of(image, {1, 3, 32, 32}, device), tensor_of(weight, {8, 3, 3, 3}, device));
  Numbers reference(filters * out * out, 0.0);
  for (std::size_t f = 0; f < filters; ++f) {
    for (std::size_t y = 0; y < out; ++y) {
      for (std::size_t x = 0; x < out; ++x) {
        double sum = 0;
        for (std::size_t c = 0; c < channels; ++c) {
          for (std::size_t v = 0; v < kernel; ++v) {
            for (std::size_t u = 0; u < kernel; ++u) {
              sum += image[(c * size + y + v) * size + x + u] * weight[((f * channels + c) * kernel + v) * kernel + u];
            }
          }
        }
        reference[(f * out + y) * out + x] = sum;
      }
    }
  }
  return difference(computed, reference);
}

double copies(const torch::Device& device)
{
  const std::size_t count = 1U << 20U;
  const Numbers a = numbers(count, 8);
  const torch::Tensor there = tensor_of(a, {static_cast<std::int64_t>(count)}, device);
  return difference(there.clone(), a);
}

// A step of gradient descent for the weights w of sum((x w - y)^2).
double autograd(const torch::Device& device)
{
  const std::size_t rows = 50;
  const std::size_t columns = 20;
  const double rate = 1e-2;
  const Numbers x = numbers(rows * columns, 9);
  const Numbers y = numbers(rows, 10);
  const Numbers w = numbers(columns, 11);
  Numbers reference = w;
  for (std::size_t i = 0; i < rows; ++i) {
    double distance = -y[i];
    for (std::size_t j = 0; j < columns; ++j) {
      distance += x[i * columns + j] * w[j];
    }
    for (std::size_t j = 0; j < columns; ++j) {
      reference[j] -= rate * 2 * distance * x[i * columns + j];
    }
  }
  torch::AutoGradMode gradients(true);
  torch::Tensor weights = tensor_of(w, {static_cast<std::int64_t>(columns), 1}, device).requires_grad_(true);
  const torch::Tensor given =
      tensor_of(x, {static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns)}, device);
  const torch::Tensor distances =
      torch::matmul(given, weights).view({-1}) - tensor_of(y, {static_cast<std::int64_t>(rows)}, device);
  (distances * distances).sum().backward();
  return difference(weights.detach() - weights.grad() * rate, reference);
}

std::string escaped(const std::string& text)
{
  std::string result;
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      result += ' ';
    } else {
      result += c;
    }
  }
  return result;
}

// The GPU's name and compute capability as further JSON members, asked of the driver that LibTorch has loaded:
// LibTorch's own headers for it need those of CUDA. Empty where the driver does not tell.
std::string gpu_members(int device)
{
  void* driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
  if (driver == nullptr) {
    return "";
  }
  // Numbers of CUdevice_attribute in cuda.h.
  const int major_number = 75;
  const int minor_number = 76;
  using Get = int (*)(int*, int);
  using Name = int (*)(char*, int, int);
  using Attribute = int (*)(int*, int, int);
  const auto get = reinterpret_cast<Get>(dlsym(driver, "cuDeviceGet"));
  const auto get_name = reinterpret_cast<Name>(dlsym(driver, "cuDeviceGetName"));
  const auto get_attribute = reinterpret_cast<Attribute>(dlsym(driver, "cuDeviceGetAttribute"));
  int handle = 0;
  int major_part = 0;
  int minor_part = 0;
  char name[128] = "";
  const bool told = get != nullptr && get_name != nullptr && get_attribute != nullptr && get(&handle, device) == 0 &&
                    get_name(name, sizeof(name), handle) == 0 &&
                    get_attribute(&major_part, major_number, handle) == 0 &&
                    get_attribute(&minor_part, minor_number, handle) == 0;
  dlclose(driver);
  return told ? ",\"name\":\"" + escaped(name) + "\",\"sm\":\"sm_" + std::to_string(major_part) +
                    std::to_string(minor_part) + "\""
              : "";
}

// A number that a library tells of itself, as a JSON value; null where the process has no such library. LibTorch's own
// headers for them need those of CUDA.
template<typename Number> std::string asked(const char* library, const char* function)
{
  void* handle = library == nullptr ? RTLD_DEFAULT : dlopen(library, RTLD_NOW | RTLD_NOLOAD);
  void* symbol = library != nullptr && handle == nullptr ? nullptr : dlsym(handle, function);
  Number number = 0;
  const bool told = symbol != nullptr && reinterpret_cast<int (*)(Number*)>(symbol)(&number) == 0;
  return told ? std::to_string(number) : "null";
}

std::string cudnn_version()
{
  void* symbol = dlsym(RTLD_DEFAULT, "cudnnGetVersion");
  return symbol == nullptr ? "null" : std::to_string(reinterpret_cast<std::size_t (*)()>(symbol)());
}

bool is_loaded(const char* library)
{
  return dlopen(library, RTLD_NOW | RTLD_NOLOAD) != nullptr;
}

struct Test {
  const char* name;
  double (*compute)(const torch::Device&);
  // Relative; float32 has 24 bits, and GPUs may multiply with 11 (TF32: 10 explicit bits, NVIDIA's Ampere white paper).
  double tolerance;
};

const std::vector<Test>& tests()
{
  static const std::vector<Test> all = {{"copies", copies, 0},
                                        {"elementwise", elementwise, 1e-5},
                                        {"reduction", reduction, 1e-4},
                                        {"matmul", matmul, 5e-3},
                                        {"convolution", convolution, 5e-3},
                                        {"autograd", autograd, 5e-3}};
  return all;
}

bool run(const Test& test, const torch::Device& device, const std::string& members)
{
  const auto start = std::chrono::steady_clock::now();
  std::string error;
  double worst = INFINITY;
  try {
    torch::NoGradGuard no_gradients;
    worst = test.compute(device);
  } catch (const std::exception& exception) {
    error = exception.what();
    error = error.substr(0, error.find('\n'));
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const bool held = error.empty() && worst <= test.tolerance;
  std::printf("{\"test\":\"%s\",\"device\":\"%s\",\"held\":%s,\"difference\":%.3e,\"tolerance\":%.1e,\"seconds\":%.3f,"
              "\"error\":\"%s\"%s}\n",
              test.name,
              device.str().c_str(),
              held ? "true" : "false",
              std::isfinite(worst) ? worst : -1.0,
              test.tolerance,
              seconds,
              escaped(error).c_str(),
              members.c_str());
  std::fflush(stdout);
  return held;
}

} // namespace

int main(int count, char**)
{
  const bool cuda = torch::cuda::is_available();
  const int devices = cuda ? static_cast<int>(torch::cuda::device_count()) : 0;
#ifdef TORCH_VERSION
  const char* version = TORCH_VERSION;
#else
  const char* version = "";
#endif
  std::printf("{\"probe\":\"libtorch\",\"headers\":\"%s\",\"cuda\":%s,\"cudnn\":%s,\"devices\":%d,\"tests\":%zu,"
              "\"cuda_library\":%s,\"driver\":%s,\"runtime\":%s,\"cudnn_version\":%s}\n",
              version,
              cuda ? "true" : "false",
              cuda && torch::cuda::cudnn_is_available() ? "true" : "false",
              devices,
              tests().size(),
              is_loaded("libtorch_cuda.so") ? "true" : "false",
              asked<int>("libcuda.so.1", "cuDriverGetVersion").c_str(),
              asked<int>(nullptr, "cudaRuntimeGetVersion").c_str(),
              cudnn_version().c_str());
  std::fflush(stdout);
  if (count > 1) {
    return 0;
  }
  bool all = true;
  for (int i = 0; i < (devices > 0 ? devices : 1); ++i) {
    const torch::Device device =
        devices > 0 ? torch::Device(torch::kCUDA, static_cast<torch::DeviceIndex>(i)) : torch::Device(torch::kCPU);
    std::string members = devices > 0 ? gpu_members(i) : "";
    for (const Test& test : tests()) {
      all = run(test, device, members) && all;
      // The driver is surely loaded after the first computation.
      members = devices > 0 && members.empty() ? gpu_members(i) : members;
    }
  }
  return all ? 0 : 1;
}
