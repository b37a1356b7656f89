/**
 * The builds of TensorFlow that the engine runs on: which wheels of the Python package index, by
 * size and sha256, and which files of them are needed. It loads nothing heavy, because `list` and
 * `--help` import it.
 *
 * Only the C library is used, so the wheels' Python version doesn't matter: cp311 everywhere.
 * @module
 */

/** The two builds: for processors alone, and for NVIDIA GPUs as well. */
export type Device = "cpu" | "cuda";

/** Version of TensorFlow. Another one may compute other bits. */
export const tensorflowVersion = "2.21.0";

/** The engine's library, and the one it needs beside it. */
export const libraryName = "libtensorflow_cc.so.2";

/** Oldest GNU C library that the wheels run on: their platform tag is manylinux_2_27. */
export const oldestGlibc = "2.27";

/** A pinned file of the package index. */
export interface Wheel {
  /** `name-version-python-abi-platform.whl`; the package's name with underscores. */
  readonly file: string;
  readonly bytes: number;
  /** Of the whole file, 64 hexadecimal digits. */
  readonly sha256: string;
  /** Bytes of what is taken out of it. */
  readonly unpacked: number;
}

/** What one build is made of. */
export interface Build {
  readonly device: Device;
  readonly version: string;
  readonly wheels: readonly Wheel[];
  /** sha256 of the libraries by path, to know them in a folder that another program installed. */
  readonly libraries: Readonly<Record<string, string>>;
}

/**
 * What is taken out of a wheel: the two libraries of TensorFlow; of NVIDIA's packages what is loaded
 * or run (libraries, ptxas, libdevice), without headers and static archives. Paths stay as in
 * site-packages, since the libraries' RUNPATH looks for `../nvidia/…/lib` from their own folder.
 */
export function isNeeded(path: string): boolean {
  return /^tensorflow\/libtensorflow_(cc|framework)\.so\.2$/.test(path) ||
    /^nvidia\/[^/]+\/(lib|bin|nvvm)\/.*[^/]$/.test(path) && !/\.(a|py|h)$/.test(path);
}

const cpu: Build = {
  device: "cpu",
  version: tensorflowVersion,
  wheels: [{
    file: "tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl",
    bytes: 273_829_956,
    sha256: "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c",
    unpacked: 853_308_936,
  }],
  libraries: {
    "tensorflow/libtensorflow_cc.so.2":
      "6505a4b9657e62100c6bdacb683957a395cb047725042945aaa50e40a71e429e",
    "tensorflow/libtensorflow_framework.so.2":
      "f060b323b26ef80add21b9df9428de3aeaf2843d772c5bb098745f7abff3709b",
  },
};

/**
 * The wheel's own extra `and-cuda` names ranges; these are the newest in them that fit together
 * (CUDA 12.9, cuDNN 9), as pip chose them in November 2026.
 */
const cudaWheels: readonly Wheel[] = [
  {
    file: "tensorflow-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl",
    bytes: 572_440_367,
    sha256: "9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124",
    unpacked: 1_259_021_080,
  },
  {
    file: "nvidia_cublas_cu12-12.9.3.13-py3-none-manylinux_2_27_x86_64.whl",
    bytes: 581_217_458,
    sha256: "d7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72",
    unpacked: 855_064_416,
  },
  {
    file: "nvidia_cuda_cupti_cu12-12.9.79-py3-none-manylinux_2_25_x86_64.whl",
    bytes: 10_814_997,
    sha256: "096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f",
    unpacked: 43_365_768,
  },
  {
    file: "nvidia_cuda_nvcc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl",
    bytes: 40_546_229,
    sha256: "5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0",
    unpacked: 97_998_760,
  },
  {
    file: "nvidia_cuda_nvrtc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl",
    bytes: 89_568_129,
    sha256: "210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4",
    unpacked: 227_340_992,
  },
  {
    file:
      "nvidia_cuda_runtime_cu12-12.9.79-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
    bytes: 3_493_179,
    sha256: "25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3",
    unpacked: 741_088,
  },
  {
    file: "nvidia_cudnn_cu12-9.28.0.42-py3-none-manylinux_2_27_x86_64.whl",
    bytes: 716_538_495,
    sha256: "9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375",
    unpacked: 1_162_393_472,
  },
  {
    file: "nvidia_cufft_cu12-11.4.1.4-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
    bytes: 200_877_592,
    sha256: "c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28",
    unpacked: 293_609_416,
  },
  {
    file: "nvidia_curand_cu12-10.3.10.19-py3-none-manylinux_2_27_x86_64.whl",
    bytes: 68_295_626,
    sha256: "49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e",
    unpacked: 166_965_432,
  },
  {
    file: "nvidia_cusolver_cu12-11.7.5.82-py3-none-manylinux_2_27_x86_64.whl",
    bytes: 338_117_415,
    sha256: "15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88",
    unpacked: 494_975_064,
  },
  {
    file: "nvidia_cusparse_cu12-12.5.10.65-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
    bytes: 366_465_088,
    sha256: "73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78",
    unpacked: 486_556_368,
  },
  {
    file: "nvidia_nccl_cu12-2.32.3-py3-none-manylinux_2_27_x86_64.whl",
    bytes: 351_526_311,
    sha256: "bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c",
    unpacked: 489_653_380,
  },
  {
    file: "nvidia_nvjitlink_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl",
    bytes: 39_748_338,
    sha256: "e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9",
    unpacked: 95_935_344,
  },
];

const cuda: Build = {
  device: "cuda",
  version: tensorflowVersion,
  wheels: cudaWheels,
  libraries: {
    "tensorflow/libtensorflow_cc.so.2":
      "2889ecc99d7641620f41a4bea538f4dd4b626f75aa3e12623161ae939054191c",
    "tensorflow/libtensorflow_framework.so.2":
      "98847c6f0448308159f6d3ff55e13a9e92978598c7fbb34cde63aadf35c6fe84",
  },
};

/** The pinned builds by device. */
export const builds: Readonly<Record<Device, Build>> = { cpu, cuda };

/** Bytes to download and bytes that stay on disk. */
export function sizeOf({ wheels }: Build): { download: number; disk: number } {
  return {
    download: wheels.reduce((sum, { bytes }) => sum + bytes, 0),
    disk: wheels.reduce((sum, { unpacked }) => sum + unpacked, 0),
  };
}
