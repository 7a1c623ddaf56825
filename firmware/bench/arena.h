// Where programs keep what is too large for the image: RAM behind it, up to 256 MiB (-m 256M).
#pragma once

#define tableArena 0x82000000ull
#define firstArena 0x84000000ull
#define secondArena 0x88000000ull
#define arenaSize (64ull << 20)
#define ramStart 0x80000000ull
#define ramEnd 0x90000000ull
