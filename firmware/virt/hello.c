// The smallest useful program: a line over the serial port, then power off.
#include "board.h"

void machineTrap(struct TrapFrame *frame) { finish((int)frame->cause + 2); }

int main(void) {
    serialStart();
    print("hello, world\n");
    print("hart %u, numbers %u %x %c%%\n", readCSR(mhartid), 18446744073709551615ull, 0x123456789ABCDEFull, '!');
    return 0;
}
