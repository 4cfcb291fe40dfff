import MeteModel

/// Names a row for as long as what it is about lives, wherever in the order it stands.
enum RowID: Hashable {
    case component(ComponentID)
    case process(ComponentID, pid: Int32)
    case thread(tid: Int32, startTime: UInt64)
    /// What stood in the way of the component.
    case runner(ComponentID, Disturbance.Runner)
    case device(ComponentID, DiskDevice)
    case sockets(ComponentID, SocketClass)
    /// A function whose calls are counted.
    case function(ComponentID, String)
}
