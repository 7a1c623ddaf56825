import TandemBus
import TandemCPU
import TandemDevices
public import TandemKernel

extension Catalog {
    /// The module types that come with Tandem: hart, memories, router, devices.
    public static var standard: Catalog {
        Catalog().adding(Hart.self).adding(Ram.self).adding(Rom.self).adding(Router.self).adding(Container.self).adding(
            Alias.self
        ).addingDevices()
    }
}
