#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// An IP address as its 4 or 16 bytes.
package struct IPAddress: Hashable, Sendable, CustomStringConvertible {
  package let bytes: [UInt8]

  package init?(_ text: String) {
    var v4 = in_addr()
    var v6 = in6_addr()
    if inet_pton(AF_INET, text, &v4) == 1 {
      bytes = withUnsafeBytes(of: v4) { Array($0) }
    } else if inet_pton(AF_INET6, text, &v6) == 1 {
      bytes = withUnsafeBytes(of: v6) { Array($0) }
    } else {
      return nil
    }
  }

  package init(bytes: [UInt8]) { self.bytes = bytes }

  /// The IPv4 address inside an IPv6 form of it (mapped, NAT64, 6to4), else itself.
  package var unwrapped: IPAddress {
    guard bytes.count == 16 else { return self }
    let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
    let nat64: [UInt8] = [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]
    if bytes.starts(with: mapped) || bytes.starts(with: nat64) {
      return IPAddress(bytes: Array(bytes[12...]))
    }
    if bytes[0] == 0x20, bytes[1] == 0x02 { return IPAddress(bytes: Array(bytes[2..<6])) }
    return self
  }

  package var description: String {
    if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
    return stride(from: 0, to: 16, by: 2)
      .map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }
      .joined(separator: ":")
  }
}

/// A range of addresses in CIDR notation (RFC 4632).
package struct AddressRange: Hashable, Sendable {
  let address: IPAddress
  let prefix: Int

  /// - Returns: nil unless the text is like `10.0.0.0/8`, or a single address.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1)
    guard let first = parts.first, let address = IPAddress(String(first)) else { return nil }
    let width = address.bytes.count * 8
    guard parts.count == 1 || Int(parts[1]).map({ (0...width).contains($0) }) == true else {
      return nil
    }
    self.address = address
    prefix = parts.count == 1 ? width : Int(parts[1]) ?? width
  }

  package func contains(_ other: IPAddress) -> Bool {
    guard other.bytes.count == address.bytes.count else { return false }
    for bit in 0..<prefix {
      let mask: UInt8 = 0x80 >> UInt8(bit % 8)
      if address.bytes[bit / 8] & mask != other.bytes[bit / 8] & mask { return false }
    }
    return true
  }

  /// Addresses that are not on the public internet (RFC 6890 and the IANA special-purpose
  /// registries).
  package static let special: [AddressRange] = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "::/128",
    "::1/128", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "fc00::/7",
    "fe80::/10", "ff00::/8",
  ].compactMap(AddressRange.init)
}
