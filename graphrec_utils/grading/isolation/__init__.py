"""Where students' code runs: kernels, their limits and their walls."""
