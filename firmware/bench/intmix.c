// An integer mix: a linked list, matrices of small integers, a state machine over text, and a CRC over all results.
#include "bench.h"

enum { iterations = WORK(27000, 100) };

// CRC-16 with the polynomial x^16 + x^15 + x^2 + 1, bit by bit, least significant first.
static uint16_t crcOfByte(uint16_t crc, uint8_t byte) {
    for (int bit = 0; bit < 8; bit++) {
        unsigned differs = (crc ^ byte) & 1;
        byte >>= 1;
        crc >>= 1;
        if (differs) crc ^= 0xA001;
    }
    return crc;
}

static separate uint16_t crcOfWord(uint16_t crc, uint32_t word) {
    for (int byte = 0; byte < 4; byte++) crc = crcOfByte(crc, (uint8_t)(word >> 8 * byte));
    return crc;
}

// MARK: The list: searched, reversed, sorted by value and back by place.

enum { itemCount = 64 };
struct Item {
    struct Item *next;
    int16_t value, place;
};
static struct Item items[itemCount];

typedef int (*Order)(const struct Item *, const struct Item *);
static int byValue(const struct Item *a, const struct Item *b) { return a->value - b->value; }
static int byPlace(const struct Item *a, const struct Item *b) { return a->place - b->place; }

static struct Item *makeList(uint32_t seed) {
    for (int i = 0; i < itemCount; i++) {
        seed = seed * 1103515245 + 12345;
        items[i].value = (int16_t)(seed >> 16 & 0x3FF);
        items[i].place = (int16_t)i;
        items[i].next = i + 1 < itemCount ? &items[i + 1] : NULL;
    }
    return items;
}

static separate struct Item *find(struct Item *list, int16_t value) {
    while (list && list->value != value) list = list->next;
    return list;
}

static separate struct Item *reverse(struct Item *list) {
    struct Item *done = NULL;
    while (list) {
        struct Item *next = list->next;
        list->next = done;
        done = list;
        list = next;
    }
    return done;
}

static struct Item *merge(struct Item *a, struct Item *b, Order order) {
    struct Item *first = NULL, **end = &first;
    while (a && b) {
        struct Item **taken = order(a, b) <= 0 ? &a : &b;
        *end = *taken;
        end = &(*end)->next;
        *taken = (*taken)->next;
    }
    *end = a ? a : b;
    return first;
}

// Merge sort from the bottom up: runs[n] is empty or a sorted list of 2^n items.
static separate struct Item *sort(struct Item *list, Order order) {
    struct Item *runs[8] = { NULL };
    while (list) {
        struct Item *run = list;
        list = list->next;
        run->next = NULL;
        int n = 0;
        for (; runs[n]; n++) {
            run = merge(runs[n], run, order);
            runs[n] = NULL;
        }
        runs[n] = run;
    }
    struct Item *all = NULL;
    for (int n = 0; n < 8; n++) all = merge(runs[n], all, order);
    return all;
}

static uint16_t listWork(uint16_t crc, uint32_t seed) {
    struct Item *list = makeList(seed);
    for (int i = 0; i < 24; i++) {
        struct Item *found = find(list, (int16_t)((seed + (unsigned)i * 37) & 0x3FF));
        if (found) {
            crc = crcOfWord(crc, (uint32_t)found->place);
            found->value ^= 1;
        } else {
            list = reverse(list);
        }
    }
    list = sort(list, byValue);
    crc = crcOfWord(crc, (uint32_t)list->value << 16 | (uint32_t)list->place);
    list = sort(reverse(list), byPlace);
    uint32_t sum = 0;
    for (struct Item *item = list; item; item = item->next) sum = sum * 3 + (uint32_t)item->value;
    return crcOfWord(crc, sum);
}

// MARK: Matrices: 16-bit factors, 32-bit sums.

enum { side = 12 };
static int16_t left[side][side], right[side][side];
static int32_t product[side][side];

static separate void multiply(void) {
    for (int i = 0; i < side; i++)
        for (int j = 0; j < side; j++) {
            int32_t sum = 0;
            for (int k = 0; k < side; k++) sum += left[i][k] * right[k][j];
            product[i][j] = sum;
        }
}

// The same with a field of each product: (bits 2 to 5) × (bits 5 to 11).
static separate void multiplyFields(void) {
    for (int i = 0; i < side; i++)
        for (int j = 0; j < side; j++) {
            uint32_t sum = 0;
            for (int k = 0; k < side; k++) {
                uint32_t part = (uint32_t)(left[i][k] * right[k][j]);
                sum += (part >> 2 & 0xF) * (part >> 5 & 0x7F);
            }
            product[i][j] = (int32_t)sum;
        }
}

static separate uint32_t sumAbove(int32_t limit) {
    uint32_t sum = 0;
    int32_t previous = 0;
    for (int i = 0; i < side; i++)
        for (int j = 0; j < side; j++) {
            int32_t value = product[i][j];
            if (value > limit) {
                sum += 10;
            } else {
                sum += value > previous;
            }
            previous = value;
        }
    return sum;
}

static uint16_t matrixWork(uint16_t crc, uint32_t seed) {
    for (int i = 0; i < side; i++)
        for (int j = 0; j < side; j++) {
            seed = seed * 69069 + 1;
            left[i][j] = (int16_t)(seed >> 16 & 0xFF);
            right[i][j] = (int16_t)((seed >> 24) + (unsigned)(i ^ j));
        }
    multiply();
    crc = crcOfWord(crc, sumAbove(200000));
    for (int i = 0; i < side; i++)
        for (int j = 0; j < side; j++) left[i][j] += (int16_t)(seed & 15);
    multiplyFields();
    return crcOfWord(crc, sumAbove(3000) + (uint32_t)product[3][5]);
}

// MARK: The state machine: what kind of number stands between two commas.

enum State { start, sign, integer, point, fraction, exponentMark, exponentSign, exponent, wrong, stateCount };
static const char pattern[] =
    "5012,-874,+122,35.54400,.1234500,-110.700,+0.64400,5.500e+3,-.123e-2,-87e+832,+0.6e-12,T0.3e-1F,-T.T++Tq,1T3.4e4z,"
    "34.0e-T^,8e,1.e5,--4,0x10,77.e+,+.5,9999999,12e+-3,4.4.4,-0,1e1,";
static char text[sizeof pattern];
static uint32_t endings[stateCount], steps[stateCount];

static separate enum State nextState(enum State state, char c) {
    int isDigit = c >= '0' && c <= '9';
    switch (state) {
    case start:
        if (isDigit) return integer;
        if (c == '+' || c == '-') return sign;
        return c == '.' ? point : wrong;
    case sign:
        if (isDigit) return integer;
        return c == '.' ? point : wrong;
    case integer:
        if (isDigit) return integer;
        if (c == '.') return fraction;
        return c == 'e' || c == 'E' ? exponentMark : wrong;
    case point:
        return isDigit ? fraction : wrong;
    case fraction:
        if (isDigit) return fraction;
        return c == 'e' || c == 'E' ? exponentMark : wrong;
    case exponentMark:
        if (isDigit) return exponent;
        return c == '+' || c == '-' ? exponentSign : wrong;
    case exponentSign:
    case exponent:
        return isDigit ? exponent : wrong;
    default:
        return wrong;
    }
}

static void scan(void) {
    enum State state = start;
    for (const char *c = text; *c; c++) {
        if (*c == ',') {
            endings[state]++;
            state = start;
        } else {
            state = nextState(state, *c);
            steps[state]++;
        }
    }
}

static uint16_t stateWork(uint16_t crc, uint32_t seed) {
    for (int i = 0; i < stateCount; i++) endings[i] = steps[i] = 0;
    for (size_t i = 0; i < sizeof pattern; i++) text[i] = pattern[i];
    for (int round = 0; round < 3; round++) {
        scan();
        // Damages some letters and no comma, so that the next round goes other ways.
        for (size_t i = seed % 11; i < sizeof text - 1; i += 11 + (seed >> 8) % 7)
            if (text[i] != ',' && (text[i] ^ 3) != ',') text[i] ^= 3;
    }
    for (int i = 0; i < stateCount; i++) crc = crcOfWord(crc, endings[i] << 16 | steps[i]);
    return crc;
}

int main(void) {
    uint64_t checksum = 0;
    uint16_t crc = 0xFFFF;
    for (uint32_t i = 0; i < iterations; i++) {
        crc = listWork(crc, i * 2654435761u + 1);
        crc = matrixWork(crc, i + crc);
        crc = stateWork(crc, i * 7919);
        checksum = fold(checksum, crc);
    }
    report("intmix", iterations, checksum, iterations);
    return 0;
}
