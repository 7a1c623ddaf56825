public import TandemKernel

extension Catalog {
    /// This catalogue with the devices of this module.
    public func addingDevices() -> Catalog {
        Self.devices.reduce(self) { $0.adding($1) }
    }

    /// The devices of this module, in the order of their names.
    public static var devices: [any CatalogModule.Type] {
        [
            MSWI.self, MTimer.self, SSWI.self, APLIC.self, AT24.self, CFIFlash.self, CharacterMemory.self, DemoDMA.self,
            Edu.self, GoldfishRTC.self, IMSIC.self, IOMMU.self, LineGate.self, LineSwitch.self, NewDevice.self,
            NORFlash.self, OpenCoresI2C.self, PCIBridge.self, PCIHost.self, PCIRootPort.self, PCITestDevice.self,
            PL011.self, PLIC.self, SiFiveGPIO.self, SiFivePRCI.self, SiFivePWM.self, SiFiveSPI.self, SiFiveTest.self,
            SiFiveUART.self, TMP102.self, UART16550.self,
        ]
    }
}
