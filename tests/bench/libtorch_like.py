#!/usr/bin/env python3
"""libtorch_like.py SOURCE MEGABYTES ZIP: a zip of the shape of a LibTorch with CUDA, about so large: one library of half
the bytes, eight of a sixteenth each, and thousands of headers. Its bytes are those of SOURCE, a zip of a real LibTorch,
whose largest library is there again and again: packed once, since a block that refers to nothing before it may be repeated.
"""
import struct
import sys
import zipfile
import zlib

HEADERS = 8000


class Writer:
    def __init__(self, path):
        self.file = open(path, "wb")
        self.directory = []

    def add(self, name, mode, method, pieces, crc, size):
        packed = sum(map(len, pieces))
        name = name.encode()
        at = self.file.tell()
        common = struct.pack("<HHHHHIIIHH", 20, 0, method, 0, 0x21, crc, packed, size, len(name), 0)
        self.file.write(b"PK\3\4" + common + name)
        for piece in pieces:
            self.file.write(piece)
        self.directory.append(b"PK\1\2" + struct.pack("<H", 3 << 8 | 20) + common +
                              struct.pack("<HHHII", 0, 0, 0, mode << 16, at) + name)

    def close(self):
        at = self.file.tell()
        directory = b"".join(self.directory)
        count = len(self.directory)
        self.file.write(directory + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), at, 0))
        self.file.close()


def packed(content):
    """Raw deflate, whole, and as a block that can be repeated."""
    whole = zlib.compressobj(6, zlib.DEFLATED, -15)
    block = whole.compress(content) + whole.flush(zlib.Z_FULL_FLUSH)
    return block, whole.flush()


def main():
    source, megabytes, made = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    out = Writer(made)
    with zipfile.ZipFile(source) as old:
        infos = [info for info in old.infolist() if not info.is_dir() and info.external_attr >> 28 != 0o12]
        largest = max(infos, key=lambda info: info.file_size)
        content = old.read(largest)
        block, end = packed(content)

        def library(name, times):
            times = max(1, round(times))
            crc = 0
            for _ in range(times):
                crc = zlib.crc32(content, crc)
            out.add(name, 0o100755, 8, [block] * times + [end], crc, len(content) * times)

        small = [(info, old.read(info)) for info in infos if info.file_size < 1 << 20]
        for info, text in small:
            out.add(info.filename, 0o100644, 8, list(packed(text)), zlib.crc32(text), len(text))
        headers = [(info.filename, text) for info, text in small if "/include/" in info.filename]
        for number in range(max(0, HEADERS - len(small))):
            name, text = headers[number % len(headers)]
            name = name.replace("/include/", f"/include/more{number // len(headers)}/")
            out.add(name, 0o100644, 8, list(packed(text)), zlib.crc32(text), len(text))
        share = megabytes * 1e6 / len(block)
        library("libtorch/lib/libtorch_cpu.so", share / 16)
        library("libtorch/lib/libtorch_cuda.so", share / 2)
        for number in range(7):
            library(f"libtorch/lib/libmore{number}.so", share / 16)
    out.close()


main()
