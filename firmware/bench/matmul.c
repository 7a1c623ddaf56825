// Double precision: products of matrices, four columns at a time, the right one kept transposed.
#include "bench.h"

enum { side = 128, iterations = WORK(144, 2) };

static double left[side][side], right[side][side], product[side][side];

static separate void multiply(void) {
    for (int i = 0; i < side; i++)
        for (int j = 0; j < side; j += 4) {
            double sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
            for (int k = 0; k < side; k++) {
                double factor = left[i][k];
                sum0 += factor * right[j][k];
                sum1 += factor * right[j + 1][k];
                sum2 += factor * right[j + 2][k];
                sum3 += factor * right[j + 3][k];
            }
            product[i][j] = sum0;
            product[i][j + 1] = sum1;
            product[i][j + 2] = sum2;
            product[i][j + 3] = sum3;
        }
}

int main(void) {
    uint64_t state = 0x9E3779B97F4A7C15, checksum = 0;
    for (int i = 0; i < side; i++)
        for (int j = 0; j < side; j++) {
            left[i][j] = (double)(int32_t)nextRandom(&state) / 2147483648.0;
            right[i][j] = (double)(int32_t)nextRandom(&state) / 2147483648.0;
        }
    for (int n = 0; n < iterations; n++) {
        multiply();
        // The next left matrix is this product, kept within bounds.
        for (int i = 0; i < side; i++)
            for (int j = 0; j < side; j++) left[i][j] = product[i][j] * 0.125 + 0.001;
    }
    for (int i = 0; i < side; i++)
        for (int j = 0; j < side; j++) checksum = fold(checksum, bitsOf(product[i][j]));
    report("matmul", iterations, checksum, (uint64_t)iterations * side * side * side);
    return 0;
}
