// Calls and strings: a shop that takes orders. Small functions, records that are copied, names copied and compared,
// enumerations, globals, branches. Nothing here takes long; what counts is what it costs to get from one to the next.
#include "bench.h"

enum { iterations = WORK(4500000, 20000) };

enum Kind { piece, pair, dozen, gross };
enum Mood { calm, busy, shortOfGoods, closing };

struct Article {
    _Alignas(8) char name[32];
    enum Kind kind;
    int32_t price, stock;
};
struct Order {
    struct Order *previous;
    int32_t quantity, value;
    enum Kind kind;
    _Alignas(8) char name[32];
};

enum { articleCount = 6, keptOrders = 4 };
static struct Article articles[articleCount] = {
    { "screws with a slot, round head", gross, 3, 90000 },
    { "screws with a slot, flat head", gross, 4, 80000 },
    { "hinges of brass, left", pair, 120, 4000 },
    { "hinges of brass, left and right", pair, 240, 3000 },
    { "eggs from a farm nearby, large", dozen, 25, 7000 },
    { "a clock that keeps the time", piece, 9900, 500 },
};
static const char wanted[4][32] __attribute__((aligned(8))) = {
    "hinges of brass, left and right",
    "a clock that keeps the time",
    "screws with a slot, flat head",
    "hinges of brass, left and top",
};

static struct Order kept[keptOrders];
static struct Order *lastOrder;
static enum Mood mood;
static uint32_t sold;
static int32_t turnedAway, deliveries;
static char lastInitial;

// Word by word when both stand at a multiple of eight, as a C library does it. A word holds a zero byte if taking one
// from every byte borrows from the top bit of one that had it clear.
typedef uint64_t __attribute__((may_alias)) Word;
static inline int hasZeroByte(uint64_t word) {
    return ((word - 0x0101010101010101) & ~word & 0x8080808080808080) != 0;
}

static separate void copyString(char *to, const char *from) {
    if ((((uintptr_t)to | (uintptr_t)from) & 7) == 0) {
        for (; !hasZeroByte(*(const Word *)from); to += 8, from += 8) *(Word *)to = *(const Word *)from;
    }
    while ((*to++ = *from++)) {}
}

static separate int compareStrings(const char *a, const char *b) {
    if ((((uintptr_t)a | (uintptr_t)b) & 7) == 0) {
        for (; *(const Word *)a == *(const Word *)b; a += 8, b += 8)
            if (hasZeroByte(*(const Word *)a)) return 0;
    }
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return (unsigned char)*a - (unsigned char)*b;
}

static separate int32_t unitsOf(enum Kind kind) {
    switch (kind) {
    case piece:
        return 1;
    case pair:
        return 2;
    case dozen:
        return 12;
    case gross:
        return 144;
    }
    return 0;
}

static separate int32_t discounted(int32_t value, int32_t quantity) {
    if (quantity > 20) return value - value / 8;
    return quantity > 5 ? value - value / 32 : value;
}

static separate _Bool sameInitial(const char *a, const char *b) {
    lastInitial = *a;
    return lastInitial == *b;
}

static separate struct Article *findArticle(const char *name) {
    for (int i = 0; i < articleCount; i++)
        if (sameInitial(articles[i].name, name) && compareStrings(articles[i].name, name) == 0) return &articles[i];
    return NULL;
}

static separate void deliver(struct Article *article) {
    article->stock += 1000 * unitsOf(article->kind);
    deliveries++;
}

static separate void take(struct Article *article, int32_t units, int32_t *left) {
    if (article->stock < units) deliver(article);
    article->stock -= units;
    *left = article->stock;
}

static separate enum Mood moodAfter(enum Mood now, int32_t left, int32_t quantity) {
    switch (now) {
    case calm:
        return quantity > 12 ? busy : calm;
    case busy:
        return left < 300 ? shortOfGoods : quantity < 4 ? calm : busy;
    case shortOfGoods:
        return quantity & 1 ? closing : busy;
    case closing:
        return calm;
    }
    return closing;
}

static separate void keep(const struct Order *order) {
    struct Order *place = lastOrder ? lastOrder->previous : &kept[0];
    struct Order *previous = place->previous;
    *place = *order;
    place->previous = previous;
    lastOrder = place;
}

static separate void fill(struct Order *order, const char *name, int32_t quantity) {
    copyString(order->name, name);
    order->quantity = quantity;
    order->kind = piece;
    order->value = 0;
}

static separate _Bool serve(struct Order *order) {
    struct Article *article = findArticle(order->name);
    if (!article) {
        turnedAway++;
        return 0;
    }
    int32_t left = 0;
    order->kind = article->kind;
    take(article, order->quantity * unitsOf(order->kind), &left);
    order->value = discounted(order->quantity * article->price, order->quantity);
    sold += (uint32_t)order->value;
    mood = moodAfter(mood, left, order->quantity);
    return 1;
}

int main(void) {
    struct Order order;
    uint64_t checksum = 0;
    for (int i = 0; i < keptOrders; i++) kept[i].previous = &kept[(i + 1) % keptOrders];
    for (int32_t i = 0; i < iterations; i++) {
        fill(&order, wanted[i & 3], (i * 7 & 31) + 1);
        if (serve(&order)) keep(&order);
        checksum = fold(checksum, (uint64_t)(sold + (uint32_t)lastOrder->value) + mood);
    }
    checksum = fold(checksum, (uint64_t)turnedAway + (uint64_t)deliveries + (uint64_t)lastInitial);
    checksum = fold(checksum, (uint64_t)lastOrder->name[9] + (uint64_t)lastOrder->previous->quantity);
    report("calls", iterations, checksum, iterations);
    return 0;
}
