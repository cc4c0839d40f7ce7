// Adds two vectors on every GPU and checks each sum. Prints one JSON object a line.
// Exits 0 when all sums held, 3 when there is no GPU to run on, 1 otherwise.
#include <cstdio>
#include <vector>

__global__ void add(const float* a, const float* b, float* sum, int count)
{
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) {
    sum[i] = a[i] + b[i];
  }
}

// What went wrong; empty while nothing has.
static const char* g_error = "";

static bool check(cudaError_t error)
{
  if (error != cudaSuccess) {
    g_error = cudaGetErrorString(error);
  }
  return error == cudaSuccess;
}

static bool run(int device)
{
  const int count = 1 << 20;
  const size_t bytes = sizeof(float) * count;
  std::vector<float> a(count), b(count), sum(count);
  for (int i = 0; i < count; ++i) {
    a[i] = static_cast<float>(i % 1000);
    b[i] = static_cast<float>(i % 77);
  }
  float *da = nullptr, *db = nullptr, *dsum = nullptr;
  bool good = check(cudaSetDevice(device)) && check(cudaMalloc(&da, bytes)) && check(cudaMalloc(&db, bytes)) &&
              check(cudaMalloc(&dsum, bytes)) && check(cudaMemcpy(da, a.data(), bytes, cudaMemcpyHostToDevice)) &&
              check(cudaMemcpy(db, b.data(), bytes, cudaMemcpyHostToDevice));
  if (good) {
    add<<<(count + 255) / 256, 256>>>(da, db, dsum, count);
    good = check(cudaGetLastError()) && check(cudaMemcpy(sum.data(), dsum, bytes, cudaMemcpyDeviceToHost));
  }
  for (int i = 0; good && i < count; ++i) {
    // Small whole numbers: their sums are exact.
    good = sum[i] == a[i] + b[i];
  }
  cudaFree(da);
  cudaFree(db);
  cudaFree(dsum);
  return good;
}

int main()
{
  int devices = 0;
  int runtime = 0;
  int driver = 0;
  cudaRuntimeGetVersion(&runtime);
  cudaDriverGetVersion(&driver);
  const cudaError_t counted = cudaGetDeviceCount(&devices);
  std::printf("{\"probe\":\"cuda\",\"headers\":\"%d.%d\",\"cuda\":%s,\"devices\":%d,\"tests\":1,\"runtime\":%d,\"driver\":%d}\n",
              CUDART_VERSION / 1000,
              CUDART_VERSION % 1000 / 10,
              counted == cudaSuccess && devices > 0 ? "true" : "false",
              counted == cudaSuccess ? devices : 0,
              runtime,
              driver);
  // Without any driver the count fails as with one that is too old; its version is then 0.
  if (counted == cudaErrorNoDevice || (counted == cudaErrorInsufficientDriver && driver == 0) ||
      (counted == cudaSuccess && devices == 0)) {
    return 3;
  }
  if (!check(counted)) {
    std::printf("{\"test\":\"vector-add\",\"device\":\"cuda\",\"held\":false,\"error\":\"%s\"}\n", g_error);
    return 1;
  }
  bool all = true;
  for (int device = 0; device < devices; ++device) {
    g_error = "";
    cudaDeviceProp properties;
    const bool known = check(cudaGetDeviceProperties(&properties, device));
    const bool held = known && run(device);
    all = all && held;
    std::printf("{\"test\":\"vector-add\",\"device\":\"cuda:%d\",\"held\":%s,\"error\":\"%s\"",
                device,
                held ? "true" : "false",
                g_error);
    if (known) {
      std::printf(",\"name\":\"%s\",\"sm\":\"sm_%d%d\"", properties.name, properties.major, properties.minor);
    }
    std::printf("}\n");
  }
  return all ? 0 : 1;
}
