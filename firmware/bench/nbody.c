// Double precision: five bodies that attract each other, integrated with a leapfrog step.
#include "bench.h"

enum { count = 5, iterations = WORK(1500000, 4000) };

#ifdef __riscv
static inline double squareRoot(double value) {
    double root;
    __asm__("fsqrt.d %0, %1" : "=f"(root) : "f"(value));
    return root;
}
#else
static inline double squareRoot(double value) { return __builtin_sqrt(value); }
#endif

struct Body {
    double x, y, z, vx, vy, vz, mass;
};
static struct Body bodies[count] = {
    { 0, 0, 0, 0, 0, 0, 40 },
    { 5, -1, 0.1, 0.3, 2.6, 0.02, 0.04 },
    { -8, 4, 0.4, -1.1, -1.8, 0.01, 0.01 },
    { 13, -15, -0.2, 1.1, 0.9, -0.01, 0.002 },
    { -15, -26, 0.5, 0.9, -0.6, -0.03, 0.002 },
};

static separate void advance(double step) {
    for (int i = 0; i < count; i++) {
        struct Body *a = &bodies[i];
        for (int j = i + 1; j < count; j++) {
            struct Body *b = &bodies[j];
            double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
            double square = dx * dx + dy * dy + dz * dz + 0.0001;
            double strength = step / (square * squareRoot(square));
            a->vx -= dx * b->mass * strength;
            a->vy -= dy * b->mass * strength;
            a->vz -= dz * b->mass * strength;
            b->vx += dx * a->mass * strength;
            b->vy += dy * a->mass * strength;
            b->vz += dz * a->mass * strength;
        }
    }
    for (int i = 0; i < count; i++) {
        bodies[i].x += step * bodies[i].vx;
        bodies[i].y += step * bodies[i].vy;
        bodies[i].z += step * bodies[i].vz;
    }
}

int main(void) {
    for (int n = 0; n < iterations; n++) advance(0.001);
    uint64_t checksum = 0;
    for (int i = 0; i < count; i++) {
        checksum = fold(checksum, bitsOf(bodies[i].x));
        checksum = fold(checksum, bitsOf(bodies[i].y));
        checksum = fold(checksum, bitsOf(bodies[i].vz));
    }
    report("nbody", iterations, checksum, iterations);
    return 0;
}
