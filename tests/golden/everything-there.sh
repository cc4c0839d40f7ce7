#!/bin/sh
# Made by cudasetup. It can be read, kept and run: it needs nothing of cudasetup's.
#
# Found:
#   system  Ubuntu 22.04 LTS, amd64
#   GPU     10de:2204 at 0000:01:00.0
#   driver  550.54.15, loaded
#   CUDA    12.4.1 in /usr/local/cuda-12.4
#
# Chosen:
#   CUDA      12.4.1, profile full, method network
#   driver    keep 550.54.15
#   LibTorch  none
#
# Why:
#   - cuda: 12.4.1 is the newest release of 12.4
#
# Already so, and hence not done:
#   - cuda: CUDA 12.4.1 is at /usr/local/cuda-12.4, complete with nvcc; it is used as it is
#   - driver: driver 550.54.15 is loaded and stays

echo 'Nothing to do:'
echo '  cuda: CUDA 12.4.1 is at /usr/local/cuda-12.4, complete with nvcc; it is used as it is'
echo '  driver: driver 550.54.15 is loaded and stays'
