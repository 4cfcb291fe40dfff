/// FNV-1a, 64 bits (Fowler, Noll and Vo): any one changed byte changes it. The same on every machine, and in every run.
func fnv1a(_ bytes: some Sequence<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash
}
