// Double precision: the Mandelbrot set, a chain of dependent operations and a comparison for each step.
#include "bench.h"

enum { width = WORK(960, 48), height = WORK(640, 32), limit = 400 };

static separate unsigned escape(double cx, double cy) {
    double x = 0, y = 0;
    unsigned n = 0;
    for (; n < limit; n++) {
        double xx = x * x, yy = y * y;
        if (xx + yy > 4) break;
        y = 2 * x * y + cy;
        x = xx - yy + cx;
    }
    return n;
}

int main(void) {
    uint64_t checksum = 0, steps = 0;
    for (int j = 0; j < height; j++)
        for (int i = 0; i < width; i++) {
            unsigned n = escape(-2.2 + 3.2 * i / width, -1.2 + 2.4 * j / height);
            checksum = fold(checksum, n);
            steps += n;
        }
    report("mandel", (uint64_t)width * height, checksum, steps);
    return 0;
}
