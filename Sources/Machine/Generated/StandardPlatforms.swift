// swift-format-ignore-file
// Written by Scripts/embed-platforms from platforms/*.json5. Do not edit.

/// The platforms that are part of the program.
public enum StandardPlatforms {
    /// File names and texts, sorted by name.
    public static let files: [(file: String, text: String)] = [
        (
            "demo.json5",
            #"""
            // The virt board with what QEMU's lacks: a PL011 and a device that moves memory by itself. Runs its own firmware when
            // no image is named.
            {
              include: "virt.json5",
              name: "demo",
              description: "The virt board, a PL011 and a DMA device, with firmware that tries them all",

              firmware: "builtin:demo",
              board: { serial: ["uart0", "uart1"] },

              modules: {
                uart1: {
                  type: "pl011",
                  at: 0x10010000,
                  span: 0x1000,
                  interrupt: "plic.source12",
                },
                dma: {
                  type: "dma-demo",
                  at: 0x10020000,
                  span: 0x1000,
                  interrupt: "plic.source13",
                  memory: "bus",
                },
              },
            }

            """#
        ),
        (
            "micro.json5",
            #"""
            // A small RV32 microcontroller in the manner of SiFive's FE310-G000 and its HiFive1 board: the same addresses and
            // interrupt numbers, so that a bare-metal image for QEMU's sifive_e runs here too. What is missing of the chip: the
            // always-on domain (watchdog, real-time clock, power management), the mask ROM's contents, one-time memory, debug.
            {
              name: "micro",
              description: "RV32 microcontroller after the FE310: SiFive UART, GPIO, SPI and PWM, code in flash",

              board: {
                harts: "cpu",
                memory: "ram",
                bootROM: "rom",
                flash: "flash",
                serial: "uart", // -serial, in order
                compatible: ["sifive,hifive1", "sifive,fe310-g000"],
                model: "tandem,micro",
              },

              modules: {
                bus: { type: "router" },

                cpu: {
                  type: "riscv-hart",
                  count: 1,
                  isa: "rv32imac_zicntr_zicsr_zifencei",
                  mmu: "none",
                  frequency: "16MHz",
                  "reset-vector": 0x1000,
                  timebase: "mtimer",
                  bus: "bus",
                },

                // Larger than the chip's: it holds the device tree, which would not leave much of the memory.
                rom: { type: "rom", size: "60K", at: 0x1000 },
                // Not on the chip: how a program ends the simulation.
                test: { type: "sifive-test", at: 0x100000, span: 0x1000 },

                mswi: { type: "aclint-mswi", at: 0x2000000, span: 0x4000, msip0: "cpu0.msip" },
                mtimer: { type: "aclint-mtimer", at: 0x2004000, span: 0x8000, frequency: 32768, mtip0: "cpu0.mtip" },
                plic: { type: "plic", at: 0xC000000, span: 0x4000000, sources: 51, contexts: 1, context0: "cpu0.meip" },

                prci: { type: "sifive-prci", at: 0x10008000, span: 0x8000 },
                gpio: {
                  type: "sifive-gpio",
                  at: 0x10012000,
                  span: 0x1000,
                  interrupt0: "plic.source8", interrupt1: "plic.source9", interrupt2: "plic.source10", interrupt3: "plic.source11",
                  interrupt4: "plic.source12", interrupt5: "plic.source13", interrupt6: "plic.source14", interrupt7: "plic.source15",
                  interrupt8: "plic.source16", interrupt9: "plic.source17", interrupt10: "plic.source18", interrupt11: "plic.source19",
                  interrupt12: "plic.source20", interrupt13: "plic.source21", interrupt14: "plic.source22", interrupt15: "plic.source23",
                  interrupt16: "plic.source24", interrupt17: "plic.source25", interrupt18: "plic.source26", interrupt19: "plic.source27",
                  interrupt20: "plic.source28", interrupt21: "plic.source29", interrupt22: "plic.source30", interrupt23: "plic.source31",
                  interrupt24: "plic.source32", interrupt25: "plic.source33", interrupt26: "plic.source34", interrupt27: "plic.source35",
                  interrupt28: "plic.source36", interrupt29: "plic.source37", interrupt30: "plic.source38", interrupt31: "plic.source39",
                },
                uart: {
                  type: "sifive-uart",
                  count: 2,
                  at: "[0x10013000+0x10000*i]",
                  span: 0x1000,
                  "clock-frequency": "16MHz",
                  "reset-divisor": 138,
                  interrupt: "plic.source[i+3]",
                },
                // The first one has the flash of the code behind it, which is shown as a memory of its own: executing through the
                // controller would be as slow as without the chip's instruction cache.
                qspi0: {
                  type: "sifive-spi",
                  map: [{ port: "bus", at: 0x10014000, span: 0x1000 }],
                  "clock-frequency": "16MHz",
                  interrupt: "plic.source5",
                },
                qspi1: {
                  type: "sifive-spi",
                  map: [{ port: "bus", at: 0x10024000, span: 0x1000 }],
                  "clock-frequency": "16MHz",
                  "memory-mapped": false,
                  selects: 4,
                  interrupt: "plic.source6",
                },
                storage: { type: "spi-nor", bus: "qspi1", select: 0, size: "1M" },
                qspi2: {
                  type: "sifive-spi",
                  map: [{ port: "bus", at: 0x10034000, span: 0x1000 }],
                  "clock-frequency": "16MHz",
                  "memory-mapped": false,
                  interrupt: "plic.source7",
                },
                // Their outputs reach the pins as hardware functions; the first one has its comparators at pins 0 to 3.
                pwm0: {
                  type: "sifive-pwm",
                  at: 0x10015000,
                  span: 0x1000,
                  interrupt0: "plic.source40", interrupt1: "plic.source41", interrupt2: "plic.source42", interrupt3: "plic.source43",
                  out0: "gpio.functionB0", out1: "gpio.functionB1", out2: "gpio.functionB2", out3: "gpio.functionB3",
                },
                pwm1: {
                  type: "sifive-pwm",
                  at: 0x10025000,
                  span: 0x1000,
                  interrupt0: "plic.source44", interrupt1: "plic.source45", interrupt2: "plic.source46", interrupt3: "plic.source47",
                  out0: "gpio.functionB20", out1: "gpio.functionB19", out2: "gpio.functionB21", out3: "gpio.functionB22",
                },
                pwm2: {
                  type: "sifive-pwm",
                  at: 0x10035000,
                  span: 0x1000,
                  interrupt0: "plic.source48", interrupt1: "plic.source49", interrupt2: "plic.source50", interrupt3: "plic.source51",
                  out0: "gpio.functionB10", out1: "gpio.functionB11", out2: "gpio.functionB12", out3: "gpio.functionB13",
                },

                flash: { type: "rom", size: "16M", at: 0x20000000 },
                ram: { type: "ram", size: "16K", at: 0x80000000 },
              },
            }

            """#
        ),
        (
            "minimal.json5",
            #"""
            // As little as a program needs to speak: one hart, memory, a serial port, and a way to end.
            {
              name: "minimal",
              description: "One hart, 1 MiB of memory, a 16550 UART and a finisher; starts at the image",

              board: { harts: "cpu", memory: "ram", serial: "uart0" },

              modules: {
                bus: { type: "router" },
                cpu: { type: "riscv-hart", count: 1, "reset-vector": 0x80000000, mmu: "none", bus: "bus" },
                test: { type: "sifive-test", at: 0x100000, span: 0x1000 },
                uart0: { type: "uart16550", at: 0x10000000, span: 0x100 },
                ram: { type: "ram", size: "1M", at: 0x80000000 },
              },
            }

            """#
        ),
        (
            "server.json5",
            #"""
            // A board of many harts for servers and for drivers of small buses: eight harts with a machine and a supervisor context
            // each at the interrupt controller, four serial ports, GPIO, I2C with a sensor and two EEPROMs, SPI with a flash.
            {
              name: "server",
              description: "RISC-V server board: 8 harts, four UARTs, GPIO, I2C and SPI with chips on them",

              board: {
                harts: "cpu", // -smp
                memory: "ram", // -m
                bootROM: "rom",
                serial: "uart", // -serial, in order
                clock: "rtc", // -rtc
                compatible: ["tandem,server"],
                model: "tandem,server",
              },

              modules: {
                bus: { type: "router" },

                cpu: {
                  type: "riscv-hart",
                  count: 8,
                  "hart-id": "[i]",
                  frequency: "1GHz",
                  "reset-vector": 0x1000,
                  timebase: "mtimer",
                  bus: "bus",
                },

                rom: { type: "rom", size: "60K", at: 0x1000 },
                test: { type: "sifive-test", at: 0x100000, span: 0x1000 },
                rtc: { type: "goldfish-rtc", at: 0x101000, span: 0x1000, interrupt: "plic.source5" },

                mswi: { type: "aclint-mswi", at: 0x2000000, span: 0x4000, harts: "[cpu.count]", "msip[i]": "cpu[i].msip" },
                mtimer: {
                  type: "aclint-mtimer",
                  at: 0x2004000,
                  span: 0x8000,
                  harts: "[cpu.count]",
                  frequency: "10MHz",
                  "mtip[i]": "cpu[i].mtip",
                },
                sswi: { type: "aclint-sswi", at: 0x2F00000, span: 0x4000, harts: "[cpu.count]", "ssip[i]": "cpu[i].ssip" },

                plic: {
                  type: "plic",
                  at: 0xC000000,
                  span: 0x4000000,
                  sources: 127,
                  contexts: "[2*cpu.count]",
                  "context[2*i]": "cpu[i].meip",
                  "context[2*i+1]": "cpu[i].seip",
                },

                uart: {
                  type: "uart16550",
                  count: 4,
                  at: "[0x10000000+0x1000*i]",
                  span: 0x100,
                  "clock-frequency": 3686400,
                  interrupt: "plic.source[i+1]",
                },

                gpio: {
                  type: "sifive-gpio",
                  at: 0x10060000,
                  span: 0x1000,
                  pins: 16,
                  interrupt0: "plic.source32", interrupt1: "plic.source33", interrupt2: "plic.source34",
                  interrupt3: "plic.source35", interrupt4: "plic.source36", interrupt5: "plic.source37",
                  interrupt6: "plic.source38", interrupt7: "plic.source39", interrupt8: "plic.source40",
                  interrupt9: "plic.source41", interrupt10: "plic.source42", interrupt11: "plic.source43",
                  interrupt12: "plic.source44", interrupt13: "plic.source45", interrupt14: "plic.source46",
                  interrupt15: "plic.source47",
                  // Pin 1 is wired to pin 0: what software drives there, it reads here.
                  out1: "gpio.in0",
                },
                // A push button at pin 2: -set button.level=on, or from a monitor.
                button: { type: "line-switch", out: "gpio.in2" },

                i2c: { type: "i2c-ocores", at: 0x10030000, span: 0x1000, "clock-frequency": "50MHz", interrupt: "plic.source6" },
                // Its alert is seen at pin 3.
                sensor: { type: "tmp102", bus: "i2c", address: 0x48, alert: "gpio.in3" },
                identity: { type: "at24", bus: "i2c", address: 0x50, part: "24c02" },
                eeprom: { type: "at24", bus: "i2c", address: 0x51, part: "24c256" },

                spi: {
                  type: "sifive-spi",
                  map: [
                    { port: "bus", at: 0x10040000, span: 0x1000 },
                    { port: "flash", at: 0x20000000, span: 0x10000000 },
                  ],
                  "clock-frequency": "50MHz",
                  selects: 2,
                  interrupt: "plic.source7",
                },
                flash: { type: "spi-nor", bus: "spi", select: 0, size: "4M" },

                ram: { type: "ram", size: "1G", at: 0x80000000 },
              },
            }

            """#
        ),
        (
            "virt.json5",
            #"""
            // QEMU's RISC-V “virt” board: the same addresses and interrupt numbers, so that an image for one runs on the other.
            {
              name: "virt",
              description: "RISC-V virt board: harts, ACLINT, PLIC, UART, RTC, finisher, flash",

              machine: {
                alias: "riscv-virt",
                harts: { max: 512 }, // As QEMU's.
                properties: {
                  "cpu-frequency": { of: "cpu.frequency", description: "Clock of the harts" },
                  "timebase-frequency": { of: "mtimer.frequency", description: "Ticks per second of mtime and the time CSR" },
                  pflash0: { of: "flash0.file", description: "File with the contents of the first flash" },
                  pflash1: { of: "flash1.file", description: "File with the contents of the second flash" },
                  aia: {
                    description: "Interrupt controllers: a PLIC; an APLIC; an APLIC and IMSICs, by which interrupts are messages",
                    choices: {
                      none: {},
                      aplic: {
                        plic: null,
                        aplic: {
                          type: "aplic",
                          map: [
                            { port: "machine", at: 0xC000000, span: 0x8000 },
                            { port: "supervisor", at: 0xD000000, span: 0x8000 },
                          ],
                          sources: 96,
                          harts: "[cpu.count]",
                          "priority-bits": 3,
                          msi: "bus",
                          "meip[i]": "cpu[i].meip",
                          "seip[i]": "cpu[i].seip",
                        },
                        rtc: { interrupt: "aplic.source11" },
                        uart0: { interrupt: "aplic.source10" },
                        pci: {
                          interrupt0: "aplic.source32", interrupt1: "aplic.source33",
                          interrupt2: "aplic.source34", interrupt3: "aplic.source35",
                        },
                      },
                      "aplic-imsic": {
                        plic: null,
                        imsic: {
                          type: "imsic",
                          map: [
                            { port: "machine", at: 0x24000000, span: "[0x1000*cpu.count]" },
                            { port: "supervisor", at: 0x28000000, span: "[0x1000*cpu.count]" },
                          ],
                          harts: "[cpu.count]",
                        },
                        aplic: {
                          type: "aplic",
                          map: [
                            { port: "machine", at: 0xC000000, span: 0x8000 },
                            { port: "supervisor", at: 0xD000000, span: 0x8000 },
                          ],
                          sources: 96,
                          harts: "[cpu.count]",
                          "priority-bits": 3,
                          imsic: "imsic",
                          msi: "bus",
                        },
                        cpu: { imsic: "imsic" },
                        rtc: { interrupt: "aplic.source11" },
                        uart0: { interrupt: "aplic.source10" },
                        pci: {
                          "msi-parent": "imsic",
                          interrupt0: "aplic.source32", interrupt1: "aplic.source33",
                          interrupt2: "aplic.source34", interrupt3: "aplic.source35",
                        },
                      },
                    },
                  },
                },
              },

              board: {
                harts: "cpu", // -smp
                memory: "ram", // -m
                bootROM: "rom",
                serial: ["uart0"], // -serial
                clock: "rtc", // -rtc
                compatible: ["riscv-virtio"],
                model: "riscv-virtio,tandem",
              },

              modules: {
                bus: { type: "router" },

                cpu: {
                  type: "riscv-hart",
                  count: 1,
                  "hart-id": "[i]",
                  frequency: "1GHz",
                  "reset-vector": 0x1000,
                  timebase: "mtimer",
                  bus: "bus",
                },

                rom: { type: "rom", size: "60K", at: 0x1000 },
                test: { type: "sifive-test", at: 0x100000, span: 0x1000 },
                rtc: { type: "goldfish-rtc", at: 0x101000, span: 0x1000, interrupt: "plic.source11" },

                mswi: { type: "aclint-mswi", at: 0x2000000, span: 0x4000, harts: "[cpu.count]", "msip[i]": "cpu[i].msip" },
                mtimer: {
                  type: "aclint-mtimer",
                  at: 0x2004000,
                  span: 0x8000,
                  harts: "[cpu.count]",
                  frequency: "10MHz",
                  "mtip[i]": "cpu[i].mtip",
                },
                sswi: { type: "aclint-sswi", at: 0x2F00000, span: 0x4000, harts: "[cpu.count]", "ssip[i]": "cpu[i].ssip" },

                plic: {
                  type: "plic",
                  at: 0xC000000,
                  span: 0x600000,
                  sources: 96,
                  contexts: "[2*cpu.count]",
                  "context[2*i]": "cpu[i].meip",
                  "context[2*i+1]": "cpu[i].seip",
                },

                uart0: {
                  type: "uart16550",
                  at: 0x10000000,
                  span: 0x100,
                  "clock-frequency": 3686400,
                  interrupt: "plic.source10",
                },

                flash0: { type: "cfi-flash", size: "32M", at: 0x20000000 },
                flash1: { type: "cfi-flash", size: "32M", at: 0x22000000 },

                // Devices are put on it by -device, or by modules of a platform file that names “pci” as their bus.
                pci: {
                  type: "pci-host",
                  map: [
                    { port: "ecam", at: 0x30000000, span: 0x10000000 },
                    { port: "io", at: 0x3000000, span: 0x10000 },
                    { port: "memory", at: 0x40000000, span: 0x40000000, offset: 0x40000000 },
                    // Main memory of more than 14 GiB hides it.
                    { port: "memory", at: 0x400000000, span: 0x400000000, offset: 0x400000000, priority: -1 },
                  ],
                  dma: "bus",
                  interrupt0: "plic.source32", interrupt1: "plic.source33",
                  interrupt2: "plic.source34", interrupt3: "plic.source35",
                },

                ram: { type: "ram", size: "128M", at: 0x80000000 },
              },
            }

            """#
        ),
    ]
}
