import TandemBus
public import TandemKernel

extension Catalog {
    /// The module types that come with Tandem.
    public static var standard: Catalog {
        Catalog().adding(Ram.self).adding(Rom.self).adding(Router.self)
    }
}
