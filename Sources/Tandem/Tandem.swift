/// One import for users: modules and time, the bus, the standard devices and processors, platforms, and `Tandem.main`.
@_exported import TandemBus
@_exported import TandemCLI
@_exported import TandemCPU
@_exported import TandemDevices
@_exported import TandemKernel
@_exported import TandemMachine
@_exported import TandemMonitor
