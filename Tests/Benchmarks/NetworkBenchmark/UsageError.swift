/// Arguments that mean nothing.
struct UsageError: Error, CustomStringConvertible {
    var description: String {
        "usage: NetworkBenchmark [FOLDER] [--half even|odd] | --step lstm|attention [NETWORKS]"
    }
}
