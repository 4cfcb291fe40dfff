import MeteModel

/// How far a forecast can be relied on, from its measured calibration: near 1 when demands exceeded the 0.95 quantile as
/// often as they should, over many samples.
///
/// Too low a forecast harms its component, too high a one only wastes, so the two directions count differently:
/// exceeded k times as often as promised is worth 1/k, and never exceeded is worth 0.95. The samples count with
/// n / (n + 20): about 20 forecasts are needed to see one demand above a 0.95 quantile. Never less than `least`, so that
/// a component whose forecasts are poor holds a surplus for long but not for ever.
struct Confidence {
    static let least = 0.1

    private static let level = 0.95
    private static let samplesForHalf = 20.0

    let value: Double

    init(_ calibration: Calibration) {
        let coverage = calibration.coverage
        guard coverage >= 0, coverage <= 1, calibration.samples > 0 else {
            value = Self.least
            return
        }
        let promised = 1 - Self.level
        let exceeded = 1 - coverage
        let reliability = exceeded > promised ? promised / exceeded : 1 - (promised - exceeded)
        let samples = Double(calibration.samples)
        value = max(Self.least, reliability * samples / (samples + Self.samplesForHalf))
    }
}
