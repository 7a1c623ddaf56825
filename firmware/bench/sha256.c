// SHA-256 (FIPS 180-4) over a few mebibytes, again and again, each time with the last digest in front.
#include "bench.h"

enum { size = WORK(2 << 20, 32 << 10), iterations = WORK(48, 2) };

static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint8_t message[size + 64];

static inline uint32_t rotate(uint32_t value, unsigned by) { return value >> by | value << (32 - by); }

static separate void compress(uint32_t *hash, const uint8_t *block) {
    uint32_t schedule[64];
    for (int t = 0; t < 16; t++)
        schedule[t] = (uint32_t)block[4 * t] << 24 | (uint32_t)block[4 * t + 1] << 16 | (uint32_t)block[4 * t + 2] << 8
            | block[4 * t + 3];
    for (int t = 16; t < 64; t++) {
        uint32_t x = schedule[t - 15], y = schedule[t - 2];
        schedule[t] = schedule[t - 16] + (rotate(x, 7) ^ rotate(x, 18) ^ x >> 3) + schedule[t - 7]
            + (rotate(y, 17) ^ rotate(y, 19) ^ y >> 10);
    }
    uint32_t a = hash[0], b = hash[1], c = hash[2], d = hash[3];
    uint32_t e = hash[4], f = hash[5], g = hash[6], h = hash[7];
    for (int t = 0; t < 64; t++) {
        uint32_t first = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + constants[t]
            + schedule[t];
        uint32_t second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
        h = g;
        g = f;
        f = e;
        e = d + first;
        d = c;
        c = b;
        b = a;
        a = first + second;
    }
    hash[0] += a;
    hash[1] += b;
    hash[2] += c;
    hash[3] += d;
    hash[4] += e;
    hash[5] += f;
    hash[6] += g;
    hash[7] += h;
}

// Of the first `bytes` of the message; the padding is written behind them.
static void digest(uint32_t *hash, uint64_t bytes) {
    static const uint32_t first[8] = {
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    };
    for (int i = 0; i < 8; i++) hash[i] = first[i];
    uint64_t end = (bytes + 9 + 63) / 64 * 64;
    message[bytes] = 0x80;
    for (uint64_t i = bytes + 1; i < end - 8; i++) message[i] = 0;
    for (int i = 0; i < 8; i++) message[end - 8 + (uint64_t)i] = (uint8_t)(bytes * 8 >> (56 - 8 * i));
    for (uint64_t i = 0; i < end; i += 64) compress(hash, message + i);
}

int main(void) {
    uint32_t hash[8];
    message[0] = 'a';
    message[1] = 'b';
    message[2] = 'c';
    digest(hash, 3);
    // FIPS 180-4's example: the digest of "abc" starts so.
    if (hash[0] != 0xba7816bf || hash[7] != 0xf20015ad) return 3;
    uint64_t state = 0x9E3779B97F4A7C15;
    for (int i = 0; i < size; i++) message[i] = (uint8_t)(nextRandom(&state) >> 24);
    for (int n = 0; n < iterations; n++) {
        digest(hash, size);
        for (int i = 0; i < 32; i++) message[i] = (uint8_t)(hash[i / 4] >> (24 - 8 * (i % 4)));
    }
    report("sha256", iterations, (uint64_t)hash[0] << 32 | hash[1], (uint64_t)iterations * size);
    return 0;
}
